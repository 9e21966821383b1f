import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { KeptStudy, ReinforcementStart, RerunAnswer, RunAnswer, StudyAnswer, StudyComparison } from '#contract/reinforcement.ts'
import { ROUTES, address } from '#contract/routes.ts'
import { getJson, type ApiError } from './client.ts'
import { useRead } from './queries.ts'

const POLL_MS = 500

export const useReinforcementStart = () => useRead<ReinforcementStart>(ROUTES.planner.reinforcement)
export const useKeptStudies = () => useRead<{ readonly studies: readonly KeptStudy[] }>(ROUTES.planner.reinforcementStudies)
/** Whether a signature still holds, where the service says so. */
type Verified = StudyAnswer & { readonly verification?: 'unsigned' | 'holds' | 'changed' | 'other-key' }
export const useKeptStudy = (id: MaybeRefOrGetter<string | undefined>) =>
  useRead<Verified>(() => address(ROUTES.planner.reinforcementStudy, { id: toValue(id) ?? '' }), { enabled: () => toValue(id) !== undefined })
export const useStudyComparison = (one: MaybeRefOrGetter<string | undefined>, other: MaybeRefOrGetter<string | undefined>) =>
  useRead<StudyComparison>(() => address(ROUTES.planner.reinforcementComparison, {}, { one: toValue(one), other: toValue(other) }), { enabled: () => toValue(one) !== undefined && toValue(other) !== undefined })

const whileRunning = ({ state }: { state: { data?: { status: string } } }) => (state.data?.status === 'running' ? POLL_MS : false)

/** Asked again until the run has ended. */
export const useReinforcementRun = (runId: MaybeRefOrGetter<string | undefined>) => {
  const where = computed(() => address(ROUTES.planner.reinforcementRun, { id: toValue(runId) ?? '' }))
  return useQuery<RunAnswer, ApiError>({
    queryKey: computed(() => [where.value]),
    queryFn: ({ signal }) => getJson<RunAnswer>(where.value, signal),
    enabled: computed(() => toValue(runId) !== undefined),
    refetchInterval: whileRunning,
  })
}

/** Of a rerun that was begun; asked again until it has ended. */
export const useRerun = (studyId: MaybeRefOrGetter<string | undefined>) => {
  const where = computed(() => address(ROUTES.planner.reinforcementRerun, { id: toValue(studyId) ?? '' }))
  return useQuery<RerunAnswer, ApiError>({
    queryKey: computed(() => [where.value]),
    queryFn: ({ signal }) => getJson<RerunAnswer>(where.value, signal),
    enabled: computed(() => toValue(studyId) !== undefined),
    refetchInterval: whileRunning,
  })
}
