/**
 * How long what tells of a person is kept, and what is therefore due to go. Times are UTC ms; `now` is the service's clock, `realNow` that of
 * people (a withdrawal is dated by it).
 *
 * The usual table: load curves 24 months, the history that the code of energy lets a customer see (art. D.341-18 to D.341-22, at least 24
 * months), and no longer; daily values three years; 30 days after the end of a contract or a withdrawal (CNIL, notices of 31 December 2019,
 * found fault with keeping them longer); who read what a year. A district may be stricter by its own dated table.
 */
import { withdrawnConsents, coveredAt, standingConsents, type ConsentLine } from '#models/consent/standing.ts'
import { holdingAt } from '#models/district/at.ts'
import type { DeliveryPoint, District, MeasurementPoint, RetentionRules } from '#models/district/schema.ts'

export type RetentionPeriods = Omit<RetentionRules, 'validFrom' | 'validTo'>

export const USUAL_RETENTION: RetentionPeriods = {
  householdCurveMonths: 24, householdDailyMonths: 36, householdAfterContractDays: 30, firmAfterContractMonths: 36, withdrawnDays: 30, takenFileDays: 7, accessLogMonths: 12, sessionDays: 1,
}

export const RETENTION_CLASSES = ['household-curve', 'household-daily', 'after-contract', 'withdrawn'] as const
export type RetentionClass = (typeof RETENTION_CLASSES)[number]

/** Values of these measurement points with from <= at < to have had their time. */
export interface DueSpan {
  readonly class: RetentionClass
  readonly deliveryPoint: string
  readonly points: readonly string[]
  /** -Infinity: whatever is older. */
  readonly from: number
  readonly to: number
}

export interface DatedLine extends ConsentLine {
  readonly at: number
}

const DAY_MS = 86_400_000
const DAY_S = 86_400

export const retentionAt = ({ retentionRules = [] }: Pick<District, 'retentionRules'>, now: number): RetentionPeriods => holdingAt(retentionRules, now) ?? USUAL_RETENTION

/** The same day and time so many months before, or the last day of that month. */
export function monthsEarlier(at: number, months: number): number {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() - months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime()
}

/** A value that tells of a whole day or of a register at its end. */
export const isDailyPoint = ({ stepS }: Pick<MeasurementPoint, 'stepS'>): boolean => stepS >= DAY_S

/** Everything that is due, for all classes; spans of one class do not say anything twice, those of two classes may overlap. */
export function dueForErasure(district: District, lines: readonly DatedLine[], now: number, realNow: number): DueSpan[] {
  const periods = retentionAt(district, now)
  const households = new Set(district.holders.filter(({ kind }) => kind === 'household').map(({ id }) => id))
  const measured = Map.groupBy(district.measurementPoints, ({ on }) => on)
  return district.deliveryPoints.flatMap((deliveryPoint): DueSpan[] => {
    const own = measured.get(deliveryPoint.id) ?? []
    if (own.length === 0) return []
    const all = own.map(({ id }) => id)
    const curves = own.filter((point) => !isDailyPoint(point)).map(({ id }) => id)
    const daily = own.filter(isDailyPoint).map(({ id }) => id)
    const span = (name: RetentionClass, points: readonly string[], from: number, to: number): DueSpan[] => (points.length === 0 || !(from < to) ? [] : [{ class: name, deliveryPoint: deliveryPoint.id, points, from, to }])
    return [
      ...tenancies(deliveryPoint).flatMap(({ holder, from, to }) => {
        const isHousehold = households.has(holder)
        const ended = isHousehold ? to + periods.householdAfterContractDays * DAY_MS <= now : to <= monthsEarlier(now, periods.firmAfterContractMonths)
        return [
          ...(ended ? span('after-contract', isHousehold ? curves : all, from, to) : []),
          ...(isHousehold ? span('household-curve', curves, from, Math.min(to, monthsEarlier(now, periods.householdCurveMonths))) : []),
          ...(isHousehold ? span('household-daily', daily, from, Math.min(to, monthsEarlier(now, periods.householdDailyMonths))) : []),
        ]
      }),
      ...withdrawn(deliveryPoint, lines, realNow - periods.withdrawnDays * DAY_MS).flatMap(({ granularity, from, to }) => span('withdrawn', granularity === 'load-curve' ? curves : daily, from, Math.min(to, now))),
    ]
  })
}

/** Holders with their times; what is older than the first of them belongs to him as well. */
function tenancies({ holders }: DeliveryPoint): { holder: string; from: number; to: number }[] {
  const ordered = holders.map(({ holder, validFrom, validTo }) => ({ holder, from: Date.parse(validFrom), to: validTo === undefined ? Infinity : Date.parse(validTo) })).sort((a, b) => a.from - b.from)
  return ordered.map((one, place) => (place === 0 ? { ...one, from: -Infinity } : one))
}

/**
 * Times whose consent was taken back before `before` (real time), without those that another consent still covers. Of each granularity
 * by itself: whoever takes the curve back and leaves the daily values keeps them.
 */
function withdrawn(deliveryPoint: DeliveryPoint, lines: readonly DatedLine[], before: number): { granularity: 'daily' | 'load-curve'; from: number; to: number }[] {
  const gone = withdrawnConsents(deliveryPoint, lines).filter(({ by }) => by.at <= before)
  if (gone.length === 0) return []
  const standing = standingConsents(deliveryPoint, lines)
  return gone.flatMap(({ granularity, from, to }) => {
    const granularities = granularity === 'load-curve' ? (['load-curve', 'daily'] as const) : (['daily'] as const)
    return granularities.flatMap((one) => {
      const borders = [from, ...standing.flatMap((still) => [still.from, still.to]).filter((at) => from < at && at < to), to].sort((a, b) => a - b)
      return borders.slice(1).flatMap((end, i) => (borders[i]! < end && !coveredAt(standing, one, borders[i]!) ? [{ granularity: one, from: borders[i]!, to: end }] : []))
    })
  })
}
