/** How good the forecasts were: scored week by week against what was measured. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, FormatQuery, Instant, Readiness, nullable, object, oneOf } from './common.ts'
import { ForecastMethod, ForecastSeries } from './forecast.ts'

const Share = nullable(Type.Number())
/** none: weather was not looked at; usual: the usual weather of the date; forecast: a weather forecast as it had been issued. Never the weather observed afterwards, which would flatter. */
export const ScoreWeather = oneOf('none', 'usual', 'forecast')
export type ScoreWeather = Static<typeof ScoreWeather>
const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'local date' })

export const SkillSummaryFigures = {
  /** Mean absolute error as a share of the mean size of what was measured. */
  nMaePct: Share,
  /** How much smaller the error is than that of the value of the week before; below 0 it is larger. */
  skillPct: Share,
  peakErrorPct: Share,
  /** Pinball loss over the levels as a share of the mean size. */
  pinballPct: Share,
  cover90Pct: Share,
  cover50Pct: Share,
}

export const DriftStep = oneOf('check-meter', 'common-cause', 'habits-changed')
export type DriftStep = Static<typeof DriftStep>
export const SeriesDrift = object({
  since: LocalDate,
  /** Days from the issue to the day that is forecast. */
  daysAhead: Type.Integer(),
  /** How much larger the typical error of a day is than it was. */
  growthPct: Type.Number(),
  nextStep: DriftStep,
})
export type SeriesDrift = Static<typeof SeriesDrift>

/** `tomorrow`: forecasts made at the midnight before the day before; null until a week has been scored. */
export const SeriesSkill = object({
  ...ForecastSeries.properties,
  method: nullable(ForecastMethod),
  weeks: Type.Integer(),
  tomorrow: nullable(object(SkillSummaryFigures)),
  drift: nullable(SeriesDrift),
})
export type SeriesSkill = Static<typeof SeriesSkill>

export const HourSkill = object({ hourAhead: Type.Integer(), maeKw: Type.Number(), naiveMaeKw: Type.Number(), skillPct: Share })
export const LeadSkill = object({
  daysAhead: Type.Array(Type.Integer()),
  values: Type.Integer(),
  maeKw: Share,
  rmseKw: Share,
  naiveMaeKw: Share,
  ...SkillSummaryFigures,
  /** Share of what was measured that lay below the quantile of each level, in percent; of reliable quantiles the level itself. */
  reliability: Type.Array(object({ levelPct: Type.Number(), belowPct: Share })),
  hours: Type.Array(HourSkill),
})
export type LeadSkill = Static<typeof LeadSkill>
/** backtest: what the forecaster in service would have said each midnight. issued: what was said each hour, corrected as the day went; 0 is 1 to 24 hours ahead, 1 is 25 to 48. */
export const SkillOfKind = object({
  kind: oneOf('backtest', 'issued'),
  from: LocalDate,
  to: LocalDate,
  weeks: Type.Integer(),
  leads: Type.Array(LeadSkill),
})
export type SkillOfKind = Static<typeof SkillOfKind>

/** Over all weeks that were ever scored, of the backtest for tomorrow. */
export const SeasonSkill = object({ season: oneOf('dec-feb', 'mar-may', 'jun-aug', 'sep-nov'), weeks: Type.Integer(), ...SkillSummaryFigures, reliability: LeadSkill.properties.reliability })
export type SeasonSkill = Static<typeof SeasonSkill>

export const ForecastSkillQuery = object({ series: Type.Optional(ElementId), format: Format })
/** The last eight weeks that were scored, of all series and of one in detail. */
export const ForecastSkill = object({
  readiness: Readiness,
  /** Sunday of the newest week; null until one is scored. */
  newestDay: nullable(LocalDate),
  series: Type.Array(SeriesSkill),
  /** `weather` of the newest week; null: none is scored, or nobody wrote it down. Figures in Kw are in the unit of the series. */
  detail: object({ ...ForecastSeries.properties, weather: nullable(ScoreWeather), kinds: Type.Array(SkillOfKind), seasons: Type.Array(SeasonSkill) }),
})
export type ForecastSkill = Static<typeof ForecastSkill>

export const ForecastDriftsQuery = FormatQuery
/** Series whose forecasts have become worse; newest first. `goneAt` of one that ended within the last four weeks. */
export const ForecastDrifts = object({
  readiness: Readiness,
  judgedAt: nullable(Instant()),
  drifting: Type.Integer(),
  drifts: Type.Array(object({ ...ForecastSeries.properties, ...SeriesDrift.properties, foundAt: Instant(), goneAt: nullable(Instant()) })),
})
export type ForecastDrifts = Static<typeof ForecastDrifts>
