import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { BeginRun, BegunRun, RunAnswer, StudyChange } from '#contract/reinforcement.ts'
import { ROUTES, address } from '#contract/routes.ts'
import type { StudyResult } from '#contract/study-shapes.ts'
import { ApiError, postBody, sendDelete } from '../../../api/client.ts'
import { useSession } from '../../../api/queries.ts'
import { useReinforcementRun } from '../../../api/reinforcement.ts'
import { useUrlText } from '../../../api/url-state.ts'

type Depth = BeginRun['depth']

export interface StudyRunState {
  readonly told: ComputedRef<RunAnswer | undefined>
  readonly isRunning: ComputedRef<boolean>
  /** Of the newest run that ended well; stays while another is under way. */
  readonly result: Readonly<Ref<StudyResult | undefined>>
  readonly runId: Readonly<Ref<string | undefined>>
  /** Of the run that this page began last. */
  readonly depth: Readonly<Ref<Depth | undefined>>
  /** The result is of other assumptions than those that are set. */
  readonly isFormer: ComputedRef<boolean>
  readonly problem: ComputedRef<ApiError | undefined>
  begin(depth: Depth): Promise<void>
  cancel(): Promise<void>
}

/**
 * One run at a time: each beginning cancels the former. The run stands in the address (`calcul`), so that a full study survives a
 * reload; an address without one, or with one that the service no longer knows, begins a quick one.
 */
export function useStudyRun(changes: ComputedRef<readonly StudyChange[]>, isReady: ComputedRef<boolean>): StudyRunState {
  const session = useSession()
  const runId = useUrlText('calcul', { move: 'replace' })
  const answer = useReinforcementRun(runId)
  const isBeginning = ref(false)
  const beginProblem = shallowRef<ApiError>()
  const result = shallowRef<StudyResult>()
  const resultRun = ref<string>()
  const depth = ref<Depth>()
  /** Begun on this page and not known to have ended. */
  let underway: { readonly id: string; readonly depth: Depth } | undefined
  let newest = 0

  const told = computed(() => (answer.data.value?.runId === runId.value ? answer.data.value : undefined))
  const token = () => session.data.value?.csrfToken ?? null
  // A run that has ended by itself cannot be stopped, and need not.
  const stop = (id: string) => sendDelete(address(ROUTES.planner.reinforcementRun, { id }), token()).catch(() => undefined)

  async function begin(wanted: Depth): Promise<void> {
    const own = ++newest
    depth.value = wanted
    isBeginning.value = true
    beginProblem.value = undefined
    const former = underway
    underway = undefined
    try {
      if (former !== undefined) await stop(former.id)
      const begun = await postBody<BegunRun>(ROUTES.planner.reinforcementRuns, token(), { changes: [...changes.value], depth: wanted } satisfies BeginRun)
      // Another has been begun meanwhile: nobody waits for this one.
      if (own !== newest) return void stop(begun.runId)
      underway = { id: begun.runId, depth: wanted }
      runId.value = begun.runId
    } catch (cause) {
      if (own !== newest) return
      beginProblem.value = cause instanceof ApiError ? cause : new ApiError({ status: 0, code: 'PF_UNREACHABLE', detail: '', remedy: '' })
    } finally {
      if (own === newest) isBeginning.value = false
    }
  }

  async function cancel(): Promise<void> {
    newest++
    isBeginning.value = false
    underway = undefined
    if (runId.value === undefined) return
    await stop(runId.value)
    await answer.refetch()
  }

  watch(told, (now) => {
    if (now !== undefined && now.status !== 'running' && now.runId === underway?.id) underway = undefined
    if (now?.status !== 'done' || now.result === null) return
    result.value = now.result
    resultRun.value = now.runId
  }, { immediate: true })
  watch([isReady, runId, changes], ([ready, id]) => {
    if (ready && id === undefined) void begin('quick')
  }, { immediate: true })
  watch(() => answer.error.value, (error) => {
    // Unless it was begun here: then asking again would never end.
    if (error?.status === 404 && underway === undefined && isReady.value) void begin('quick')
  })
  onScopeDispose(() => {
    newest++
    // A full study goes on; nobody looks at a quick answer any more.
    if (underway?.depth === 'quick') void stop(underway.id)
  })

  return {
    told, result, runId, depth, begin, cancel,
    isRunning: computed(() => isBeginning.value || (runId.value !== undefined && answer.error.value === null && (told.value === undefined || told.value.status === 'running'))),
    isFormer: computed(() => result.value !== undefined && resultRun.value !== runId.value),
    problem: computed(() => beginProblem.value ?? answer.error.value ?? undefined),
  }
}
