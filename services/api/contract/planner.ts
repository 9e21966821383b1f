/** The electrical network: what it is, how it is loaded, how much room is left. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, FormatQuery, Instant, LocalText, Quality, Readiness, SeriesColumns, nullable, object, oneOf } from './common.ts'
import { TracedValue } from './merchant.ts'

const Loading = nullable(Type.Number())
/** Against the thresholds of the district; told of every element, also of those whose figures are not. */
export const LoadingLevel = oneOf('normal', 'watch', 'over', 'unknown')
export type LoadingLevel = Static<typeof LoadingLevel>
/** `whole`: fewer than 11 holders are behind it, or would be in the difference to what is shown: its level is told and no figure. `partly`: of a feeder, the figures are those of its other sections. */
export const Withheld = oneOf('none', 'partly', 'whole')

export const PlannerNetwork = object({
  districtVersion: Type.String(),
  watchLoadingPct: Type.Number(),
  limitLoadingPct: Type.Number(),
  minVoltagePu: Type.Number(),
  maxVoltagePu: Type.Number(),
  /** `x`, `y` in units of the diagram's own grid. */
  substations: Type.Array(object({ id: Type.String(), name: Type.String(), kind: oneOf('primary', 'secondary'), zone: nullable(Type.String()), x: Type.Number(), y: Type.Number() })),
  busbars: Type.Array(object({ id: Type.String(), name: Type.String(), substation: Type.String(), nominalVoltageKv: Type.Number() })),
  junctions: Type.Array(object({ id: Type.String(), nominalVoltageKv: Type.Number() })),
  transformers: Type.Array(object({ id: Type.String(), name: Type.String(), substation: Type.String(), hvNode: Type.String(), lvNode: Type.String(), ratedKva: Type.Number(), limitPct: Type.Number() })),
  feeders: Type.Array(object({ id: Type.String(), name: Type.String(), busbar: Type.String(), substation: nullable(Type.String()), nominalVoltageKv: nullable(Type.Number()), lineSections: Type.Array(Type.String()) })),
  lineSections: Type.Array(object({ id: Type.String(), name: Type.String(), from: Type.String(), to: Type.String(), cable: Type.String(), lengthKm: Type.Number(), ratingA: nullable(Type.Number({ description: 'of the season now' })) })),
  switches: Type.Array(object({ id: Type.String(), name: Type.String(), kind: Type.String(), lineSection: Type.String(), end: oneOf('from', 'to'), remote: Type.Boolean(), closed: Type.Boolean(), measured: Type.Boolean({ description: 'position told by a measurement, else the declared one' }) })),
  boundaryLoads: Type.Array(object({ id: Type.String(), name: Type.String(), node: Type.String() })),
})
export type PlannerNetwork = Static<typeof PlannerNetwork>

export const RunSummary = object({
  runId: Type.Integer(),
  kind: oneOf('estimate', 'forecast', 'replay'),
  issuedAt: Instant(),
  districtVersion: Type.String(),
  engine: Type.String(),
  inputSeq: Type.Integer({ description: 'head of the measured journal the run had seen' }),
  closurePct: nullable(Type.Number()),
  residualPct: nullable(Type.Number()),
  durationMs: Type.Number(),
})
export type RunSummary = Static<typeof RunSummary>

export const SectionState = object({ id: Type.String(), currentA: Loading, powerKw: Loading, loadingPct: Loading, headroomA: Loading, headroomKva: Loading, quality: Quality, level: LoadingLevel, withheld: Withheld })
export const TransformerState = object({ id: Type.String(), loadKva: Loading, loadingPct: Loading, headroomKva: Loading, quality: Quality, level: LoadingLevel, withheld: Withheld })
/** `loadKw` is null where it is that of so few; voltages are rounded to 1 % of the low voltage and 0.1 % above it. */
export const BusState = object({ id: Type.String(), voltagePu: Loading, loadKw: Loading })
export const NetworkStateView = object({
  at: Instant(),
  settled: Type.Boolean(),
  sections: Type.Array(SectionState),
  transformers: Type.Array(TransformerState),
  buses: Type.Array(BusState),
  lossesKw: Loading,
  districtKw: Loading,
  boundaryKw: Loading,
  unmeteredKw: Loading,
  residualKw: Loading,
})
export type NetworkStateView = Static<typeof NetworkStateView>

/** Newest estimate; `readiness: starting` and nulls until the first run. */
export const PlannerState = object({ readiness: Readiness, ageS: nullable(Type.Number()), run: nullable(RunSummary), state: nullable(NetworkStateView) })
export type PlannerState = Static<typeof PlannerState>
export const PlannerStateQuery = object({ at: Type.Optional(Instant('the state at this step instead of the newest')), format: Format })

export const ElementIntervalQuery = object({ element: ElementId, from: Instant(), to: Instant(), format: Format })
/** Loading of one element, measured or estimated up to now and forecast after it. */
export const ElementHistory = object({
  element: Type.String(),
  kind: oneOf('line-section', 'transformer', 'feeder'),
  ratingA: nullable(Type.Number()),
  ratedKva: nullable(Type.Number()),
  from: Instant(),
  to: Instant(),
  loadingPct: SeriesColumns,
  /** Current for sections and feeders, apparent power for transformers. */
  currentA: nullable(SeriesColumns),
  loadKva: nullable(SeriesColumns),
  withheld: Withheld,
})
export type ElementHistory = Static<typeof ElementHistory>

/** One row a step for the time cursor: the columns of the whole network in the order of `PlannerNetwork`. */
export const PlannerStates = object({
  lineSections: Type.Array(Type.String()),
  transformers: Type.Array(Type.String()),
  at: Type.Array(Type.Number()),
  kind: Type.Array(oneOf('estimate', 'forecast')),
  /** `[step][element]`. */
  sectionLoadingPct: Type.Array(Type.Array(Loading)),
  transformerLoadingPct: Type.Array(Type.Array(Loading)),
  districtKw: Type.Array(Loading),
})
export type PlannerStates = Static<typeof PlannerStates>
export const PlannerIntervalQuery = object({ from: Instant(), to: Instant(), format: Format })

export const FeederHeadroom = object({
  id: Type.String(),
  name: Type.String(),
  substation: nullable(Type.String()),
  /** The section that limits the feeder: the one with the highest loading. */
  limitingSection: nullable(Type.String()),
  currentA: Loading,
  ratingA: Loading,
  loadingPct: Loading,
  headroomA: Loading,
  headroomKva: Loading,
  quality: Quality,
  level: LoadingLevel,
  withheld: Withheld,
  /** Highest loading of the forecast of the next 48 h. */
  forecastPeak: nullable(object({ at: Instant(), loadingPct: Type.Number() })),
})
export const PlannerFeeders = object({
  readiness: Readiness,
  at: nullable(Instant()),
  /** Figures of the sentence on top: how many are over their limit, how many on watch. */
  over: Type.Integer(),
  watch: Type.Integer(),
  /** Least headroom first. */
  feeders: Type.Array(FeederHeadroom),
})
export type PlannerFeeders = Static<typeof PlannerFeeders>
export type FeederHeadroom = Static<typeof FeederHeadroom>

export const ElementQuery = object({ element: ElementId, format: Format })
/** Loadings of the last 30 days sorted from high to low: `sharePct` of the time the loading was at least this. */
export const LoadDuration = object({
  element: Type.String(),
  from: Instant(),
  to: Instant(),
  steps: Type.Integer(),
  sharePct: Type.Array(Type.Number()),
  loadingPct: Type.Array(Type.Number()),
  /** In whole hours where figures are withheld. */
  hoursOverLimit: Type.Number(),
  withheld: Withheld,
  peak: nullable(object({ at: Instant(), loadingPct: Type.Number() })),
})
export type LoadDuration = Static<typeof LoadDuration>

export const BalanceFinding = object({
  kind: Type.String(),
  element: nullable(Type.String()),
  sentence: LocalText,
  residualPct: nullable(Type.Number()),
  residualKw: nullable(Type.Number()),
})
export const Balance = object({
  readiness: Readiness,
  from: nullable(Instant()),
  to: nullable(Instant()),
  closurePct: nullable(Type.Number()),
  residualPct: nullable(Type.Number()),
  declaredUnmeteredPct: Type.Number(),
  /** Of the feeder heads against the model before it is scaled, over the last two days. */
  residualKw: SeriesColumns,
  /** Of each transformer and LV feeder from `from` to `to`: what it feeds beyond its meters, estimates and losses. */
  elements: Type.Array(object({ element: Type.String(), residualKw: nullable(Type.Number()), residualPct: nullable(Type.Number()) })),
  findings: Type.Array(BalanceFinding),
})
export type Balance = Static<typeof Balance>

export const FirmImport = object({
  readiness: Readiness,
  at: nullable(Instant()),
  /** Power the district can draw after the loss of one of its feeders. */
  firmImportKw: nullable(Type.Number()),
  districtKw: nullable(Type.Number()),
  loadingPct: nullable(Type.Number()),
  headroomKw: nullable(Type.Number()),
  /** One row a lost head: which section then limits. */
  contingencies: Type.Array(object({ lost: Type.String(), firmImportKw: nullable(Type.Number()), limitingElement: nullable(Type.String()), loadingPct: nullable(Type.Number()) })),
})
export type FirmImport = Static<typeof FirmImport>

export const PlannerMeasurementPoints = object({ element: Type.String(), points: Type.Array(TracedValue) })
export type PlannerMeasurementPoints = Static<typeof PlannerMeasurementPoints>
export const PlannerFormatQuery = FormatQuery
/** The `run` event of the stream. */
export const RunEvent = object({ runId: Type.Integer(), kind: oneOf('estimate', 'forecast'), at: Type.Number() })
export type RunEvent = Static<typeof RunEvent>
