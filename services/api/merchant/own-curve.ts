import { nextLocalDayStart } from '#models/units/local-time.ts'
import { QUALITY } from '#models/units/quality.ts'
import { clampToHeld, type HeldDeliveryPoint } from '#services/directory/scope.ts'
import { emptyColumns, pushValue } from '../columns.ts'
import type { LoadCurve } from '../contract/merchant.ts'
import type { ApiDeps } from '../deps.ts'
import { checkInterval } from '../interval.ts'
import { powerPoint, tenMinuteMeans } from './power.ts'

const LONGEST_DAYS = { '10min': 31, hour: 400, day: 1_200 } as const

/** The curve of one delivery point for the time in which it was held, by whoever held it. */
export async function ownCurve({ measured, district: { district }, clock }: Pick<ApiDeps, 'measured' | 'district' | 'clock'>, id: string, held: readonly HeldDeliveryPoint[], query: { from: number; to: number; step?: LoadCurve['step'] }): Promise<LoadCurve> {
  const { from, to, step = '10min' } = query
  checkInterval(query, LONGEST_DAYS[step])
  const point = powerPoint(district, id)
  const powerKw = emptyColumns()
  const interval = clampToHeld(held, from, Math.min(to, clock.now()))
  if (point !== undefined && interval !== undefined) {
    if (step === '10min') {
      const means = await tenMinuteMeans(measured, district, point, interval.from, interval.to)
      means.at.forEach((at, i) => pushValue(powerKw, at, means.powerKw[i]!, means.quality[i]!))
    } else {
      const [pointId] = await measured.lookup([point.id])
      if (pointId! > 0) {
        const { at, mean, count } = await measured.rollup(pointId!, step, interval.from, interval.to)
        // An hour or a day in which it changed hands tells of two holders: neither sees it.
        const end = (start: number) => (step === 'hour' ? start + 3_600_000 : nextLocalDayStart(start, district.timeZone))
        const isOwn = (start: number) => held.some((one) => one.from <= start && end(start) <= one.to)
        at.forEach((start, i) => isOwn(start) && pushValue(powerKw, start, mean[i]!, count[i]! > 0 ? QUALITY.measured : QUALITY.missing))
      }
    }
  }
  return { deliveryPointId: id, unit: 'kW', step, from, to, provenance: point?.provenance ?? null, powerKw }
}
