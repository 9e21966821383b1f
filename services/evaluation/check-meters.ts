import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { energyAfterOutage } from '#models/load-curve/after-outage.ts'
import { clockDrift } from '#models/load-curve/clock-drift.ts'
import { shiftedDays } from '#models/load-curve/day-shift.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import type { SeriesFinding } from '#models/load-curve/finding.ts'
import { ownProfile } from '#models/load-curve/own-profile.ts'
import { stoppedMeter } from '#models/load-curve/standstill.ts'
import { sumCheck } from '#models/load-curve/sum-check.ts'
import { swappedMeters, type SwapCandidate } from '#models/load-curve/swapped-meters.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { PointFindings } from './meter-findings.ts'
import { validatedName, type ValidatedPoint } from './validate.ts'

const DAY_MS = 86_400_000
/** The past that says what is usual, and the days that are judged by it. */
const PAST_DAYS = 28
const RECENT_DAYS = 7
const DRIFT_DAYS = 14
const POINTS_A_PROGRESS = 50
/** They follow the sun: an hour of shift at the change of the clocks is right for them. */
const SUN_CLASSES = /light|pv|solar/

export interface MeterChecks {
  readonly measured: TimeSeriesReader
  readonly derived: TimeSeriesReader
  readonly district: District
  readonly points: readonly ValidatedPoint[]
  /** Real seconds a reading takes on its way count so many times at an accelerated clock. */
  readonly clockSpeed: number
}

/** The checks that need weeks of the past, once a day: up to the local midnight `to`. */
export async function checkMeters(parts: MeterChecks, to: number, progress: (share: number) => void = () => {}): Promise<PointFindings[]> {
  const from = to - (PAST_DAYS + RECENT_DAYS) * DAY_MS
  const recent = to - RECENT_DAYS * DAY_MS
  const found = new Map<string, SeriesFinding[]>()
  const add = (point: string, more: readonly SeriesFinding[]) => found.set(point, [...(found.get(point) ?? []), ...more])

  for (const [stepS, group] of Map.groupBy(parts.points, ({ point }) => point.stepS)) {
    const stepMs = stepS * 1000
    const firstAt = Math.ceil(from / stepMs) * stepMs
    const at = Float64Array.from({ length: Math.floor((to - firstAt) / stepMs) }, (_, i) => firstAt + i * stepMs)
    const since = Math.ceil((recent - firstAt) / stepMs)
    const calendar = loadCalendar(at, parts.district.timeZone)
    const ids = await parts.derived.lookup(group.map(({ point }) => validatedName(point.id)))
    const candidates: (SwapCandidate & { kind: string })[] = []
    for (const [k, { point, register }] of group.entries()) {
      if (k % POINTS_A_PROGRESS === 0) progress(k / group.length)
      const values = ids[k]! > 0 ? measuredOnly(await parts.derived.read(ids[k]!, firstAt, to), firstAt, stepMs, at.length) : new Float64Array(0)
      add(point.id, [])
      if (values.length === 0) continue
      const profile = ownProfile(values, calendar, stepS, 0, since)
      add(point.id, stoppedMeter(values, firstAt, stepS, since))
      add(point.id, energyAfterOutage(values, firstAt, stepS, calendar, profile, since))
      if (!followsTheSun(parts.district, point.on)) add(point.id, shiftedDays(values, firstAt, calendar, profile, since))
      if (register !== undefined) add(point.id, await againstRegister(parts.measured, register, values, firstAt, stepS, recent))
      if (profile.count > 0) candidates.push({ pointId: point.id, values, profile, kind: `${point.carrier} ${point.quantity} ${point.unit}` })
    }
    for (const alike of Map.groupBy(candidates, ({ kind }) => kind).values()) for (const one of swappedMeters(alike, firstAt, calendar, since)) add(one.point, [one])
  }
  for (const [point, more] of await drifts(parts, to)) add(point, more)
  return [...found].map(([point, findings]) => ({ point, group: 'habits', from: recent, to, findings: findings.map(({ from: start, to: end, kind, severity, evidence, other }) => ({ from: start, to: end, kind, severity, evidence, ...(other === undefined ? {} : { other }) })), days: [] }))
}

/** Steps that a meter told; what was filled says nothing of the meter. */
function measuredOnly(series: { at: Float64Array; values: Float64Array; quality: Uint8Array }, firstAt: number, stepMs: number, length: number): Float64Array {
  const values = new Float64Array(length).fill(NaN)
  for (let i = 0; i < series.at.length; i += 1) if (series.quality[i]! <= QUALITY.uncertain) values[Math.round((series.at[i]! - firstAt) / stepMs)] = series.values[i]!
  return values
}

const followsTheSun = ({ deliveryPoints }: District, on: string): boolean => {
  const deliveryPoint = deliveryPoints.find(({ id }) => id === on)
  return deliveryPoint === undefined || deliveryPoint.carrier === 'production' || SUN_CLASSES.test(deliveryPoint.loadClass)
}

/** The curve against the daily register of the same meter. */
async function againstRegister(measured: TimeSeriesReader, register: MeasurementPoint, energyKwh: Float64Array, firstAt: number, stepS: number, since: number): Promise<readonly SeriesFinding[]> {
  const [id] = await measured.lookup([register.id])
  if (!(id! > 0)) return []
  const readings = await measured.read(id!, since - DAY_MS, firstAt + energyKwh.length * stepS * 1000 + 1)
  return sumCheck(readings, energyKwh, firstAt, stepS, register.resolution, since).findings
}

/** One point a device: its clock is the same for all. */
async function drifts({ measured, district, clockSpeed }: MeterChecks, to: number): Promise<[string, readonly SeriesFinding[]][]> {
  const oneADevice = new Map(district.measurementPoints.flatMap((point) => (point.feed === undefined || point.stepS > 3600 || point.forecastHours !== undefined ? [] : [[point.feed.device, point.id] as const])))
  const names = [...oneADevice.values()]
  const ids = await measured.lookup(names)
  const found: [string, readonly SeriesFinding[]][] = []
  for (const [k, name] of names.entries()) {
    if (!(ids[k]! > 0)) continue
    const { at, recordedAt } = await measured.read(ids[k]!, to - DRIFT_DAYS * DAY_MS, to)
    found.push([name, clockDrift(at, recordedAt, clockSpeed)])
  }
  return found
}
