import { baseLoad } from '#models/load-curve/base-load.ts'
import { localCalendar, localDayStart, localParts } from '#models/units/local-time.ts'
import type { HeldDeliveryPoint } from '#services/directory/scope.ts'
import { clampToHeld } from '#services/directory/scope.ts'
import { orNull } from '../columns.ts'
import type { MerchantSummary, OwnDeliveryPoint } from '../contract/merchant.ts'
import type { ApiDeps } from '../deps.ts'
import { DAY_MS } from '../interval.ts'
import { traceValues } from '../trace.ts'
import { closedHours } from './closed-hours.ts'
import { TEN_MINUTES_S, powerPoint, tenMinuteMeans, type TenMinuteMeans } from './power.ts'

const BASE_LOAD_DAYS = 28
const WEEK_MS = 7 * DAY_MS

/** The first figures of a shopkeeper: this week against the same part of the last, peak, talon, closed hours, now. */
export async function merchantSummary({ district: { district }, measured, clock }: ApiDeps, deliveryPoint: OwnDeliveryPoint, held: readonly HeldDeliveryPoint[]): Promise<MerchantSummary> {
  const now = clock.now()
  const weekStart = localWeekStart(now, district.timeZone)
  const to = Math.max(weekStart, Math.floor(now / (TEN_MINUTES_S * 1000)) * TEN_MINUTES_S * 1000)
  const point = powerPoint(district, deliveryPoint.deliveryPointId)
  const means = async (from: number, until: number): Promise<TenMinuteMeans> => {
    const own = clampToHeld(held, from, until)
    return point === undefined || own === undefined ? NO_MEANS : tenMinuteMeans(measured, district, point, own.from, own.to)
  }
  const week = await means(weekStart, to)
  const weekBefore = await means(weekStart - WEEK_MS, to - WEEK_MS)
  // Closed hours need whole days and nights: the last seven days, whatever the weekday.
  const sevenDays = await means(to - WEEK_MS, to)
  const site = district.sites.find(({ id }) => id === held[0]!.deliveryPoint.site)
  const ownNow = clampToHeld(held, now - 1, now + 1) !== undefined
  const [livePower] = point === undefined || !ownNow ? [] : await traceValues(measured, district, clock, [point])

  const weekView = energyOf(week, weekStart, to)
  const weekBeforeView = energyOf(weekBefore, weekStart - WEEK_MS, to - WEEK_MS)
  return {
    readiness: livePower === undefined && weekView.energyKwh === null && weekBeforeView.energyKwh === null ? 'starting' : 'ready',
    deliveryPoint,
    week: weekView,
    weekBefore: weekBeforeView,
    changePct: weekView.energyKwh === null || !weekBeforeView.energyKwh ? null : 100 * (weekView.energyKwh / weekBeforeView.energyKwh - 1),
    peak: peakOf(sevenDays),
    baseLoadKw: point === undefined ? null : await baseLoadOf(measured, point.id, clampToHeld(held, to - BASE_LOAD_DAYS * DAY_MS, to), district.timeZone),
    closedHours: closedHours(sevenDays.at, sevenDays.powerKw, TEN_MINUTES_S, site?.openingHours ?? [], district.timeZone) ?? null,
    livePower: livePower ?? null,
  }
}

const NO_MEANS: TenMinuteMeans = { at: new Float64Array(0), powerKw: new Float64Array(0), quality: new Uint8Array(0) }

export function localWeekStart(at: number, timeZone: string): number {
  let start = localDayStart(at, timeZone)
  while (localParts(start, timeZone).isoWeekday !== 1) start = localDayStart(start - 1, timeZone)
  return start
}

function energyOf({ powerKw }: TenMinuteMeans, from: number, to: number): MerchantSummary['week'] {
  let energyKwh = 0
  let known = 0
  for (const power of powerKw) {
    if (Number.isNaN(power)) continue
    energyKwh += power * (TEN_MINUTES_S / 3600)
    known += 1
  }
  const steps = (to - from) / (TEN_MINUTES_S * 1000)
  return { from, to, energyKwh: known === 0 ? null : energyKwh, coveragePct: steps === 0 ? 0 : Math.min(100, (100 * known) / steps) }
}

function peakOf({ at, powerKw }: TenMinuteMeans): MerchantSummary['peak'] {
  let highest = -1
  powerKw.forEach((power, i) => { if (!Number.isNaN(power) && (highest < 0 || power > powerKw[highest]!)) highest = i })
  return highest < 0 ? null : { at: at[highest]!, powerKw: powerKw[highest]! }
}

async function baseLoadOf(reader: ApiDeps['measured'], pointName: string, interval: { from: number; to: number } | undefined, timeZone: string): Promise<number | null> {
  const [id] = await reader.lookup([pointName])
  if (interval === undefined || !(id! > 0)) return null
  const { at, mean } = await reader.rollup(id!, 'hour', interval.from, interval.to)
  return orNull(baseLoad(mean, localCalendar(at, timeZone).dayIndex, 3600))
}
