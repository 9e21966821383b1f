import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { DAY_MS, breathe } from '../interval.ts'

export const TEN_MINUTES_S = 600

/** The point whose values are the power of a delivery point: the live one before the curve of the next day. */
export function powerPoint(district: District, deliveryPointId: string): MeasurementPoint | undefined {
  const points = district.measurementPoints.filter(({ on, quantity, kind }) => on === deliveryPointId && quantity === 'active-power' && kind !== 'register')
  return points.find(({ kind }) => kind === 'instant') ?? points[0]
}

export interface TenMinuteMeans {
  readonly at: Float64Array
  readonly powerKw: Float64Array
  readonly quality: Uint8Array
}

/** 10-minute means from the first full step in the interval, read a day at a time so that live pages are not held up. */
export async function tenMinuteMeans(reader: TimeSeriesReader, district: District, point: MeasurementPoint, from: number, to: number): Promise<TenMinuteMeans> {
  const stepMs = TEN_MINUTES_S * 1000
  const start = Math.ceil(from / stepMs) * stepMs
  const steps = Math.max(0, Math.floor((to - start) / stepMs))
  const at = Float64Array.from({ length: steps }, (_, i) => start + i * stepMs)
  const powerKw = new Float64Array(steps).fill(NaN)
  const quality = new Uint8Array(steps)
  const [id] = await reader.lookup([point.id])
  const device = district.devices.find((one) => one.id === point.feed?.device)
  const source = district.sources.find((one) => one.id === device?.source)
  // An instant holds until its source counts as stale, an interval value for its own step.
  const holdS = point.kind === 'interval' ? point.stepS : Math.max(point.stepS, source?.staleAfterS ?? 0)
  for (let day = start; id! > 0 && day < start + steps * stepMs; day += DAY_MS) {
    const end = Math.min(start + steps * stepMs, day + DAY_MS)
    const means = stepMeans(await reader.read(id!, day - holdS * 1000, end), day, end, TEN_MINUTES_S, holdS)
    powerKw.set(means.values, (day - start) / stepMs)
    quality.set(means.quality, (day - start) / stepMs)
    await breathe()
  }
  if (!(id! > 0)) quality.fill(6)
  return { at, powerKw, quality }
}
