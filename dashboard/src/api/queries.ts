import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { CongestionForecast, CongestionOfElement, CongestionReliability } from '#contract/congestion.ts'
import type { ConnectionStudyAnswer } from '#contract/connection-study.ts'
import type { OutageStudyAnswer } from '#contract/outage-study.ts'
import type { ForecastDrifts, ForecastSkill } from '#contract/forecast-skill.ts'
import type { PlannerForecast, PlannerForecastSeries, PowerForecast } from '#contract/forecast.ts'
import type { LoadCurve, MerchantSummary, OwnDeliveryPoints } from '#contract/merchant.ts'
import type { OperatorImports, OperatorJobs, OperatorQuarantine, OperatorSources } from '#contract/operator.ts'
import type {
  Balance, ElementHistory, FirmImport, LoadDuration, PlannerFeeders, PlannerMeasurementPoints, PlannerNetwork, PlannerState,
} from '#contract/planner.ts'
import type { PublicDistrict, PublicHistory, PublicLive } from '#contract/public.ts'
import { ROUTES, address } from '#contract/routes.ts'
import type { WinterPeak } from '#contract/winter-peak.ts'
import type { Session } from '#contract/session.ts'
import { ApiError, getJson } from './client.ts'

const MINUTE_MS = 60_000

interface ReadOptions {
  /** How often to ask again without a reason; a live stream asks earlier. */
  readonly everyMs?: number
  readonly enabled?: MaybeRefOrGetter<boolean>
  /** Show the former answer while the next one (another period, another element) is under way. */
  readonly keep?: boolean
}

/** The address is the key of the cache: the same figure asked twice is fetched once. */
export function useRead<T>(where: MaybeRefOrGetter<string>, options: ReadOptions = {}) {
  return useQuery<T, ApiError>({
    queryKey: computed(() => [toValue(where)]),
    queryFn: ({ signal }) => getJson<T>(toValue(where), signal),
    enabled: computed(() => toValue(options.enabled ?? true)),
    refetchInterval: options.everyMs ?? false,
    placeholderData: options.keep ? keepPreviousData : undefined,
  })
}

/** What the caller cannot mend by asking again is not asked again. */
export const retryOnlyWhatMaySucceed = (failures: number, error: unknown): boolean =>
  failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500)

type Interval = { from: number; to: number }
const within = (interval: MaybeRefOrGetter<Interval>) => ({ from: toValue(interval).from, to: toValue(interval).to })

export const useDistrict = () => useRead<PublicDistrict>(ROUTES.public.district, { everyMs: 5 * MINUTE_MS })
export const useSession = () => useRead<Session>(ROUTES.session.session, { everyMs: 5 * MINUTE_MS })
export const usePublicLive = () => useRead<PublicLive>(ROUTES.public.live, { everyMs: MINUTE_MS })
export const usePublicHistory = (interval: MaybeRefOrGetter<Interval>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<PublicHistory>(() => address(ROUTES.public.history, {}, within(interval)), { everyMs: MINUTE_MS, keep: true, enabled })

export const useOwnDeliveryPoints = () => useRead<OwnDeliveryPoints>(ROUTES.merchant.deliveryPoints)
export const useMerchantSummary = (id: MaybeRefOrGetter<string>) =>
  useRead<MerchantSummary>(() => address(ROUTES.merchant.summary, { id: toValue(id) }), { everyMs: 10_000 })
export const useLoadCurve = (id: MaybeRefOrGetter<string>, interval: MaybeRefOrGetter<Interval>, step: MaybeRefOrGetter<LoadCurve['step']>, enabled: MaybeRefOrGetter<boolean>, tree: MaybeRefOrGetter<'merchant' | 'resident'> = 'merchant') =>
  useRead<LoadCurve>(() => address(ROUTES[toValue(tree)].loadCurve, { id: toValue(id) }, { ...within(interval), step: toValue(step) }), { everyMs: MINUTE_MS, enabled })
export const useOwnForecast = (id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<PowerForecast>(() => address(ROUTES.merchant.forecast, { id: toValue(id) }), { everyMs: MINUTE_MS, enabled })

export const usePlannerNetwork = () => useRead<PlannerNetwork>(ROUTES.planner.network, { everyMs: MINUTE_MS })
export const usePlannerState = (at: MaybeRefOrGetter<number | undefined>, live: MaybeRefOrGetter<boolean>) =>
  useRead<PlannerState>(() => address(ROUTES.planner.state, {}, { at: toValue(at) }), { everyMs: 10_000, keep: true, enabled: live })
export const usePlannerFeeders = () => useRead<PlannerFeeders>(ROUTES.planner.feeders, { everyMs: 10_000 })
export const useElementHistory = (element: MaybeRefOrGetter<string>, interval: MaybeRefOrGetter<Interval>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<ElementHistory>(() => address(ROUTES.planner.history, {}, { element: toValue(element), ...within(interval) }), { everyMs: MINUTE_MS, enabled })
export const useLoadDuration = (element: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<LoadDuration>(() => address(ROUTES.planner.loadDuration, {}, { element: toValue(element) }), { everyMs: 10 * MINUTE_MS, enabled })
export const useForecastSeries = () => useRead<PlannerForecastSeries>(ROUTES.planner.forecastSeries)
export const usePlannerForecast = (series: MaybeRefOrGetter<string>, from: MaybeRefOrGetter<number>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<PlannerForecast>(() => address(ROUTES.planner.forecast, {}, { series: toValue(series), from: toValue(from) }), { everyMs: MINUTE_MS, keep: true, enabled })
export const useWinterPeak = (series: MaybeRefOrGetter<string>) => useRead<WinterPeak>(() => address(ROUTES.planner.winterPeak, {}, { series: toValue(series) }), { keep: true })
export const usePlannerCongestion = () => useRead<CongestionForecast>(ROUTES.planner.congestionForecast, { everyMs: MINUTE_MS })
export const useCongestionOfElement = (id: MaybeRefOrGetter<string>) => useRead<CongestionOfElement>(() => address(ROUTES.planner.congestionOfElement, { id: toValue(id) }), { everyMs: MINUTE_MS })
export const useCongestionReliability = () => useRead<CongestionReliability>(ROUTES.planner.congestionReliability, { everyMs: 10 * MINUTE_MS })
export const useForecastSkill = (series: MaybeRefOrGetter<string>) =>
  useRead<ForecastSkill>(() => address(ROUTES.planner.forecastSkill, {}, { series: toValue(series) }), { everyMs: 10 * MINUTE_MS, keep: true })
export const useBalance = () => useRead<Balance>(ROUTES.planner.balance, { everyMs: MINUTE_MS })
export const useFirmImport = () => useRead<FirmImport>(ROUTES.planner.firmImport, { everyMs: MINUTE_MS })
export const useMeasurementPoints = (element: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useRead<PlannerMeasurementPoints>(() => address(ROUTES.planner.measurementPoints, {}, { element: toValue(element) }), { everyMs: 5_000, enabled })

/** Asked again until the study is done; without a question only the profiles are read. */
export const useConnectionStudy = (choice: MaybeRefOrGetter<{ node: string; kva: number; profile: string; tanPhi: number } | undefined>) => {
  const where = computed(() => address(ROUTES.planner.connectionStudy, {}, { ...toValue(choice) }))
  return useQuery<ConnectionStudyAnswer, ApiError>({
    queryKey: computed(() => [where.value]),
    queryFn: ({ signal }) => getJson<ConnectionStudyAnswer>(where.value, signal),
    refetchInterval: ({ state }) => (state.data?.status === 'running' || state.data?.status === 'busy' ? 700 : false),
  })
}

/** Asked again until the study is done; without an element only the choice is read. */
export const useOutageStudy = (element: MaybeRefOrGetter<string | undefined>) => {
  const where = computed(() => address(ROUTES.planner.outageStudy, {}, { element: toValue(element) }))
  return useQuery<OutageStudyAnswer, ApiError>({
    queryKey: computed(() => [where.value]),
    queryFn: ({ signal }) => getJson<OutageStudyAnswer>(where.value, signal),
    refetchInterval: ({ state }) => (state.data?.status === 'running' || state.data?.status === 'busy' ? 700 : false),
    // The choice stays while another element is studied.
    placeholderData: (before) => (before === undefined ? undefined : { ...before, status: 'running', progressPct: 0, study: null }),
  })
}

export const useOperatorSources = () => useRead<OperatorSources>(ROUTES.operator.sources, { everyMs: 5_000 })
export const useOperatorCongestion = () => useRead<CongestionForecast>(ROUTES.operator.congestionForecast, { everyMs: MINUTE_MS })
export const useOperatorJobs = () => useRead<OperatorJobs>(ROUTES.operator.jobs, { everyMs: 5_000 })
export const useForecastDrifts = () => useRead<ForecastDrifts>(ROUTES.operator.forecastDrifts, { everyMs: MINUTE_MS })
export const useOperatorQuarantine = () => useRead<OperatorQuarantine>(ROUTES.operator.quarantine, { everyMs: 15_000 })

const isUnderway = ({ state }: OperatorImports['imports'][number]) => state === 'waiting' || state === 'running'
/** Asked often while a file is on its way. */
export const useOperatorImports = () =>
  useQuery<OperatorImports, ApiError>({
    queryKey: [ROUTES.operator.imports],
    queryFn: ({ signal }) => getJson<OperatorImports>(ROUTES.operator.imports, signal),
    refetchInterval: ({ state }) => (state.data?.imports.some(isUnderway) ? 1_000 : 15_000),
  })
