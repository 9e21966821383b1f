import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { StudyChange } from '#contract/reinforcement.ts'
import type { Study } from '#contract/study-shapes.ts'
import { useUrlText } from '../../../api/url-state.ts'
import { knownChanges, readChanges, withChange, writeChanges } from './changes.ts'

/** A slider in motion is not yet a choice. */
const SETTLE_MS = 400
const MOST_UNDONE = 50

export interface StudyChanges {
  /** As in the address: what runs are begun with. */
  readonly settled: ComputedRef<readonly StudyChange[]>
  /** As the controls show it, perhaps still moving. */
  readonly shown: Readonly<Ref<readonly StudyChange[]>>
  /** Paths of the address that the study has not: another district's, or of a study that has changed since. */
  readonly unknown: ComputedRef<readonly string[]>
  readonly canUndo: ComputedRef<boolean>
  set(path: string, value: number): void
  undo(): void
  reset(): void
}

/** What the reader has changed of the study; the address holds it, without the run that answered the former changes. */
export function useStudyChanges(study: ComputedRef<Study | undefined>): StudyChanges {
  const route = useRoute()
  const router = useRouter()
  const text = useUrlText('hypotheses')
  // By its text: another choice in the address is no change of the study.
  const settled = computed(() => (study.value === undefined ? [] : knownChanges(readChanges(text.value), study.value)))
  const shown = ref<readonly StudyChange[]>([])
  const former = ref<(string | undefined)[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(settled, (now) => (shown.value = now), { immediate: true })
  onScopeDispose(() => clearTimeout(timer))

  function commit(next: readonly StudyChange[], isUndo = false): void {
    clearTimeout(timer)
    const written = writeChanges(next)
    if (written === text.value) return
    if (!isUndo) former.value = [...former.value, text.value].slice(-MOST_UNDONE)
    void router.push({ query: { ...route.query, hypotheses: written, calcul: undefined } })
  }

  return {
    settled, shown,
    unknown: computed(() => (study.value === undefined ? [] : readChanges(text.value).filter((one) => !settled.value.some(({ path }) => path === one.path)).map(({ path }) => path))),
    canUndo: computed(() => former.value.length > 0),
    set(path, value) {
      if (study.value === undefined) return
      shown.value = withChange(shown.value, study.value, path, value)
      clearTimeout(timer)
      timer = setTimeout(() => commit(shown.value), SETTLE_MS)
    },
    undo() {
      const back = former.value.at(-1)
      if (former.value.length === 0 || study.value === undefined) return
      former.value = former.value.slice(0, -1)
      commit(knownChanges(readChanges(back), study.value), true)
    },
    reset: () => commit([]),
  }
}
