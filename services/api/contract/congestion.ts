/** How likely each line section and transformer is to pass its limits over the next days, and what such probabilities were worth. */
import { Type, type Static } from 'typebox'
import { Format, FormatQuery, Instant, Readiness, nullable, object, oneOf } from './common.ts'

const Share = nullable(Type.Number({ minimum: 0, maximum: 1 }))
const Shares = Type.Array(Share)
const Values = Type.Array(nullable(Type.Number()))

/** `measured`: how forecasts go wrong together is known from their past errors. `assumed`: for the larger part it is an assumption, as where loads without a forecast are shared out. */
export const CongestionBasis = oneOf('measured', 'assumed')
export type CongestionBasis = Static<typeof CongestionBasis>

const Told = {
  /** `starting`: no congestion forecast of this district document was made yet. */
  readiness: Readiness,
  issuedAt: nullable(Instant('of the forecasts it is drawn from: only what had been recorded by then was known')),
  stepS: Type.Integer(),
  scenarios: Type.Integer({ description: 'a probability is the share of so many equally likely scenarios' }),
  pastIssues: Type.Integer({ description: 'past issues of whose errors the dependence is; 0: none are known, all of it is assumed' }),
  measuredSeries: Type.Integer({ description: 'forecast series whose errors are known' }),
  assumedSeries: Type.Integer(),
  unsettledShare: Type.Number({ minimum: 0, maximum: 1, description: 'share of the states whose load flow did not settle: counted neither as passing nor as not passing' }),
  watchPct: Type.Number(),
  limitPct: Type.Number(),
  /** Starts of the steps. */
  at: Type.Array(Type.Number()),
}

const Peak = nullable(object({ at: Instant(), probability: Type.Number({ minimum: 0, maximum: 1 }) }))
export const CongestionElement = object({
  id: Type.String(),
  name: Type.String(),
  kind: oneOf('line-section', 'transformer'),
  basis: CongestionBasis,
  /** Step at which passing the threshold is likeliest; null: no loading is known. */
  watchPeak: Peak,
  limitPeak: Peak,
  /** Expected over the whole horizon; null without a rating. */
  energyAboveWatchKwh: nullable(Type.Number()),
  energyAboveLimitKwh: nullable(Type.Number()),
  /** Largest share of scenarios without a loading at one step. */
  unknownShare: Share,
  /** At the instants of `at`. */
  watch: Shares,
  limit: Shares,
  /** Too few holders are behind it for its energies to be told to planners. */
  withheld: Type.Boolean(),
})
export type CongestionElement = Static<typeof CongestionElement>

/** Elements whose probability of passing the lower threshold is at least `least` at any step, the likeliest first; `all` says how many there are in all. */
export const CongestionForecast = object({ ...Told, least: Type.Number(), all: Type.Integer(), elements: Type.Array(CongestionElement) })
export type CongestionForecast = Static<typeof CongestionForecast>
export const CongestionForecastQuery = object({ least: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'default 0.01; 0: every element' })), format: Format })

const Quantiles = Type.Array(object({ level: Type.Number({ minimum: 0, maximum: 1 }), values: Values }))
export const HeadThreshold = oneOf('watch', 'limit', 'high', 'usual')
export type HeadThreshold = Static<typeof HeadThreshold>

/** One element over all steps; of `district` and of feeder heads also the power, by quantiles of the scenarios. */
export const CongestionOfElement = object({
  ...Told,
  element: Type.String(),
  name: nullable(Type.String()),
  kind: oneOf('line-section', 'transformer', 'district'),
  basis: nullable(CongestionBasis),
  /** Too few holders are behind it: only the probabilities are told. */
  withheld: Type.Boolean(),
  watch: Shares,
  limit: Shares,
  energyAboveWatchKwh: Values,
  energyAboveLimitKwh: Values,
  unknown: Shares,
  loadingPct: Quantiles,
  powerKw: Quantiles,
  /** Of a feeder head. `high` is passed in a tenth of the last 28 days, `usual` in half of them. */
  thresholds: Type.Array(object({ threshold: HeadThreshold, kw: Type.Number(), probability: Shares })),
})
export type CongestionOfElement = Static<typeof CongestionOfElement>
export const CongestionOfElementParams = object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
export const CongestionFormatQuery = FormatQuery

export const ReliabilityCurve = object({
  threshold: HeadThreshold,
  leadHours: nullable(Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'from the issue to the step; null: all' })),
  cases: Type.Integer(),
  /** Cases in which the power was passed. */
  passed: Type.Integer(),
  /** Mean squared difference of probability and what happened; its parts after Murphy. `skill`: against always telling the mean share. */
  brier: nullable(Type.Number()),
  reliability: nullable(Type.Number()),
  resolution: nullable(Type.Number()),
  skill: nullable(Type.Number()),
  bins: Type.Array(object({ from: Type.Number(), to: Type.Number(), count: Type.Integer(), meanProbability: Share, observedShare: Share })),
})
export type ReliabilityCurve = Static<typeof ReliabilityCurve>

export const ReliabilityReport = object({
  /** `issued`: forecasts as they were issued. `back-cast`: what today's forecasters would have said of the days before, by the quantiles of each head's own forecast. */
  kind: oneOf('issued', 'back-cast'),
  from: Instant(),
  to: Instant(),
  issues: Type.Integer(),
  heads: Type.Array(object({ section: Type.String(), name: Type.String(), thresholds: Type.Array(object({ threshold: HeadThreshold, kw: Type.Number() })) })),
  curves: Type.Array(ReliabilityCurve),
})
export type ReliabilityReport = Static<typeof ReliabilityReport>

/** The report to trust first: that of issued forecasts as soon as it covers a week. */
export const CongestionReliability = object({ readiness: Readiness, watchPct: Type.Number(), limitPct: Type.Number(), reports: Type.Array(ReliabilityReport) })
export type CongestionReliability = Static<typeof CongestionReliability>
