import type { District, MeasurementPoint } from '#models/district/schema.ts'
import type { SeriesFinding } from '#models/load-curve/finding.ts'
import { dayQualities, missingSpans } from '#models/load-curve/gaps.ts'
import { registerFindings } from '#models/load-curve/register-findings.ts'
import { registerToIntervals, type KnownTotal, type RegisterFaultKind, type RegisterRules } from '#models/load-curve/registers.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import { checkSteps, type StepFaultKind, type StepRules } from '#models/load-curve/step-checks.ts'
import { DEFAULT_SUBSTITUTION, substituteGaps, type SubstitutedGap } from '#models/load-curve/substitution.ts'
import { localDayStarts, localOffset } from '#models/units/local-time.ts'
import { QUALITY, isUsable } from '#models/units/quality.ts'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'
import type { PointFindings } from './meter-findings.ts'
import { columnCollector, type NamedColumns } from './named-columns.ts'

const DAY_MS = 86_400_000
/** A meter may pass its subscribed power for a while; more than half above it is not believed. */
const PLAUSIBLE_SHARE = 1.5
/** Registers are often kept hourly in the past and read every ten minutes now: within an hour the use is taken as even. */
const SPREAD_UP_TO_S = 3600
/** Progress also tells the queue that the work is alive. */
const POINTS_A_PROGRESS = 50

/** A point whose values become validated energies (or volumes) of its steps, as `validated:<pointId>`. */
export interface ValidatedPoint {
  readonly point: MeasurementPoint
  /** For a load curve: the daily register of the same meter, which tells the energy of a gap. */
  readonly register?: MeasurementPoint | undefined
  /** For registers only. */
  readonly rules: RegisterRules | undefined
  readonly steps: Omit<StepRules, 'localOffsetMs'>
}

export const validatedName = (pointId: string): string => `validated:${pointId}`

/**
 * Registers read at least hourly and interval powers of delivery points. Daily registers are left out: they are there
 * to be compared with the curve of the same meter, and local days have no fixed length.
 */
export function validatedPoints(district: District): ValidatedPoint[] {
  const deliveryPoints = new Map(district.deliveryPoints.map((one) => [one.id, one]))
  const rulesOf = registerRules(district)
  return district.measurementPoints.flatMap((point): ValidatedPoint[] => {
    const deliveryPoint = deliveryPoints.get(point.on)
    if (deliveryPoint === undefined || point.stepS > 3600) return []
    const limitKw = deliveryPoint.subscribedPowerKva ?? deliveryPoint.ratedPowerKw
    const isElectric = point.quantity === 'active-power' || point.unit === 'kWh'
    const steps: ValidatedPoint['steps'] = {
      maxPerStep: isElectric && limitKw !== undefined ? (PLAUSIBLE_SHARE * limitKw * point.stepS) / 3600 : Infinity,
      neverNegative: deliveryPoint.carrier !== 'production',
    }
    if (point.kind === 'interval' && point.quantity === 'active-power') return [{ point, rules: undefined, steps, register: dailyRegisterOf(district, point) }]
    if (point.kind !== 'register') return []
    return [{ point, steps, rules: rulesOf(point) }]
  })
}

const dailyRegisterOf = ({ measurementPoints }: District, curve: MeasurementPoint): MeasurementPoint | undefined =>
  measurementPoints.find((one) => one.kind === 'register' && one.unit === 'kWh' && one.stepS === DAY_MS / 1000 && one.on === curve.on && one.meter === curve.meter)

/** What the register rose by from reading to reading: whole days, of which a gap may be one. */
async function dailyTotals(measured: TimeSeriesReader, register: MeasurementPoint, from: number, to: number): Promise<KnownTotal[]> {
  const [id] = await measured.lookup([register.id])
  if (!(id! > 0)) return []
  const readings = await measured.read(id!, from - DAY_MS, to + DAY_MS)
  const usable = Array.from(readings.at.keys()).filter((i) => isUsable(readings.quality[i]!) && !Number.isNaN(readings.values[i]!))
  return usable.slice(1).flatMap((i, k) => {
    const energy = readings.values[i]! - readings.values[usable[k]!]!
    return energy >= 0 ? [{ from: readings.at[usable[k]!]!, to: readings.at[i]!, energy }] : []
  })
}

/** How each register of a document counts: digits and changes of its meter, what its delivery point may draw at most. */
function registerRules(district: District): (point: MeasurementPoint) => RegisterRules {
  const deliveryPoints = new Map(district.deliveryPoints.map((one) => [one.id, one]))
  const meters = new Map(district.meters.map((one) => [one.id, one]))
  const changes = new Map<string, number[]>()
  for (const { mounted } of district.meters) {
    for (const { on, validFrom } of mounted) changes.set(on, [...(changes.get(on) ?? []), Date.parse(validFrom)])
  }
  return (point) => {
    const limitKw = deliveryPoints.get(point.on)?.subscribedPowerKva ?? deliveryPoints.get(point.on)?.ratedPowerKw
    return {
      digits: point.meter === undefined ? undefined : meters.get(point.meter)?.registerDigits,
      maxPerHour: point.unit === 'kWh' && limitKw !== undefined ? PLAUSIBLE_SHARE * limitKw : Infinity,
      resolution: point.resolution,
      // The first mounting is no change.
      meterChanges: (changes.get(point.on) ?? []).sort((a, b) => a - b).slice(1),
      spreadUpToS: SPREAD_UP_TO_S,
    }
  }
}

export const registerRulesOf = (district: District, point: MeasurementPoint): RegisterRules => registerRules(district)(point)

export interface ValidationResult {
  readonly columns: NamedColumns
  readonly faults: Readonly<Partial<Record<RegisterFaultKind | StepFaultKind, number>>>
  readonly substituted: number
  /** What the checks found, and how good each day is, point by point. */
  readonly findings: readonly PointFindings[]
}

/**
 * Makes the validated steps of the points between `from` and `to` and returns those that differ from what is stored
 * already, so that doing it again writes nothing.
 */
export async function validate(measured: TimeSeriesReader, derived: TimeSeriesReader, points: readonly ValidatedPoint[], timeZone: string, from: number, to: number, progress: (share: number) => void = () => {}): Promise<ValidationResult> {
  const collector = columnCollector()
  const faults: Partial<Record<RegisterFaultKind | StepFaultKind, number>> = {}
  const findings: PointFindings[] = []
  let substituted = 0
  const rawIds = await measured.lookup(points.map(({ point }) => point.id))
  const madeIds = await derived.lookup(points.map(({ point }) => validatedName(point.id)))
  for (const [i, { point, rules, steps, register }] of points.entries()) {
    if (i % POINTS_A_PROGRESS === 0) progress(i / points.length)
    if (rawIds[i]! <= 0) continue
    const stepMs = point.stepS * 1000
    let start = Math.floor(from / stepMs) * stepMs
    const end = Math.floor(to / stepMs) * stepMs
    const read = async () => measured.read(rawIds[i]!, start - 2 * stepMs, end + stepMs)
    let raw = await read()
    if (raw.at.length === 0) continue
    // A silence over the border of the window: its beginning must be seen, or it could never be filled.
    if (raw.at[0]! > start + stepMs) {
      start -= Math.ceil((DEFAULT_SUBSTITUTION.similarDayUpToS * 1000) / stepMs) * stepMs
      raw = await read()
    }
    const counted = toSteps(raw, point, rules, start, end)
    for (const { kind } of counted.faults) faults[kind] = (faults[kind] ?? 0) + 1
    const checked = checkSteps(counted.values, counted.quality, start, point.stepS, stepResolution(point), { ...steps, localOffsetMs: localOffset(start, timeZone) })
    for (const [kind, found] of Object.entries(checked.faults) as [StepFaultKind, number][]) faults[kind] = (faults[kind] ?? 0) + found
    const made = { ...counted, values: checked.values, quality: checked.quality }
    const known = madeIds[i]! > 0 ? await derived.read(madeIds[i]!, start - DEFAULT_SUBSTITUTION.lookBackDays * DAY_MS, end) : undefined
    const totals = register !== undefined && made.values.some(Number.isNaN) ? await dailyTotals(measured, register, start, end) : []
    const filled = fillGaps({ ...made, knownTotals: [...made.knownTotals, ...totals] }, known, point.stepS, timeZone, start)
    collector.add(validatedName(point.id), differences(made.at, filled.values, filled.quality, known))
    for (const gap of filled.gaps) substituted += gap.filled
    findings.push({
      point: point.id, group: 'steps', from: start, to: end,
      findings: [...counted.findings.filter((one) => one.to > start), ...checked.findings, ...missingSpans(counted.values, start, point.stepS).map((gap) => withFilling(gap, filled.gaps))],
      days: dayQualities(made.at, filled.values, filled.quality, wholeDays(start, end, timeZone)),
    })
  }
  return { columns: collector.columns(), faults, substituted, findings }
}

/** A gap and how it was filled: by which method, keeping a known total or not, and what the filled steps may be wrong by. */
function withFilling(gap: SeriesFinding, filled: readonly SubstitutedGap[]): SeriesFinding {
  const by = filled.find(({ from, to }) => from <= gap.from && gap.to <= to)
  if (by === undefined) return gap
  const certainty: Record<string, number> = Number.isNaN(by.expectedErrorPct) ? {} : { expectedErrorPct: by.expectedErrorPct }
  return { ...gap, evidence: { ...gap.evidence, filled: by.filled, linear: by.by === 'linear' ? 1 : 0, keepsTotal: by.keepsTotal ? 1 : 0, ...certainty } }
}

/** Starts of the local days that begin within the window, and its end: the last day may still be under way. */
const wholeDays = (from: number, to: number, timeZone: string): number[] => [...[...localDayStarts(from, to, timeZone)].filter((day) => day >= from), to]

/** A register counts in its own steps; a power of so many watts is energy only over its interval. */
const stepResolution = ({ kind, resolution, stepS }: MeasurementPoint): number => (kind === 'register' ? resolution : (resolution * stepS) / 3600)

interface MadeSteps {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
  readonly knownTotals: readonly KnownTotal[]
  readonly faults: readonly { kind: RegisterFaultKind }[]
  readonly findings: readonly SeriesFinding[]
}

function toSteps(raw: Series, point: MeasurementPoint, rules: RegisterRules | undefined, from: number, to: number): MadeSteps {
  if (rules !== undefined) {
    const { intervals, knownTotals, faults } = registerToIntervals(raw, rules, from, to, point.stepS)
    return { at: intervals.at, values: intervals.energy, quality: intervals.quality, knownTotals, faults, findings: registerFindings(raw, faults) }
  }
  const means = stepMeans(raw, from, to, point.stepS, point.stepS)
  return { at: means.at, values: means.values.map((kw) => (kw * point.stepS) / 3600), quality: means.quality, knownTotals: [], faults: [], findings: [] }
}

/** Substitutes with the help of the validated days before; these are only read when there is a gap at all. */
function fillGaps(made: MadeSteps, known: Series | undefined, stepS: number, timeZone: string, from: number) {
  if (!made.values.some(Number.isNaN)) return { values: made.values, quality: made.quality, gaps: [] }
  const stepMs = stepS * 1000
  const before = known === undefined || known.at.length === 0 || known.at[0]! >= from ? 0 : Math.round((from - known.at[0]!) / stepMs)
  const count = before + made.at.length
  const at = Float64Array.from({ length: count }, (_, i) => from + (i - before) * stepMs)
  const values = new Float64Array(count).fill(NaN)
  const quality = new Uint8Array(count).fill(QUALITY.missing)
  for (let i = 0; known !== undefined && i < known.at.length && known.at[i]! < from; i += 1) {
    const step = Math.round((known.at[i]! - at[0]!) / stepMs)
    values[step] = known.values[i]!
    quality[step] = known.quality[i]!
  }
  values.set(made.values, before)
  quality.set(made.quality, before)
  const filled = substituteGaps({ at, values, quality }, stepS, timeZone, { fillFrom: from, knownTotals: made.knownTotals })
  return { values: filled.values.subarray(before), quality: filled.quality.subarray(before), gaps: filled.gaps }
}

/**
 * The made values that are not stored yet, or not like this. What was known and is missing now becomes missing; but what
 * a longer window has filled stays where this one ends within the gap.
 */
function differences(at: Float64Array, values: Float64Array, quality: Uint8Array, known: Series | undefined) {
  const differs = new Uint8Array(at.length)
  let openEnd = at.length
  while (openEnd > 0 && Number.isNaN(values[openEnd - 1]!)) openEnd -= 1
  let k = 0
  for (let i = 0; i < at.length; i += 1) {
    while (known !== undefined && k < known.at.length && known.at[k]! < at[i]!) k += 1
    const before = known !== undefined && known.at[k] === at[i] ? { value: known.values[k]!, quality: known.quality[k]! } : undefined
    const hasBecomeMissing = before !== undefined && !Number.isNaN(before.value) && (i < openEnd || before.quality !== QUALITY.substituted)
    if (Number.isNaN(values[i]!) ? hasBecomeMissing : before?.value !== values[i] || before.quality !== quality[i]) differs[i] = 1
  }
  const isNew = (_: number, i: number) => differs[i] === 1
  return { at: at.filter(isNew), values: values.filter(isNew), quality: quality.filter(isNew) }
}
