import type { DeliveryPoint, District } from '#models/district/schema.ts'
import type { Principal } from './port.ts'

/** Whether figures of an instant of a delivery point may be used for a purpose: the answer is of the moment it is asked for. */
export type MayUse = (deliveryPoint: string, purpose: 'network-planning', granularity: 'daily' | 'load-curve', at: number) => boolean

/** A delivery point for one interval in which the principal acted for its holder. */
export interface HeldDeliveryPoint {
  readonly deliveryPoint: DeliveryPoint
  readonly holder: string
  readonly from: number
  readonly to: number
}

/**
 * The one place that decides whose figures a person may read: holder links of the person crossed with the dated holders
 * of each delivery point. A new tenant never sees the former's time, a former tenant never the new one's.
 */
export function heldDeliveryPoints(district: District, principal: Principal): readonly HeldDeliveryPoint[] {
  // Both act through their links alone. Whoever grants links reads nothing by them.
  if (!principal.roles.some((role) => role === 'merchant' || role === 'resident') || principal.roles.includes('administrator')) return []
  return district.deliveryPoints.flatMap((deliveryPoint) =>
    deliveryPoint.holders.flatMap(({ holder, validFrom, validTo }) =>
      principal.holders.flatMap((link): HeldDeliveryPoint[] => {
        if (link.holder !== holder) return []
        const from = Math.max(link.from, Date.parse(validFrom))
        const to = Math.min(link.to, validTo === undefined ? Infinity : Date.parse(validTo))
        return from < to ? [{ deliveryPoint, holder, from, to }] : []
      }),
    ),
  )
}

/** The part of an interval that lies in one of the held ones; undefined if none does. The latest one wins. */
export function clampToHeld(held: readonly HeldDeliveryPoint[], from: number, to: number): { from: number; to: number } | undefined {
  const inside = held.map((one) => ({ from: Math.max(from, one.from), to: Math.min(to, one.to) })).filter((one) => one.from < one.to)
  return inside.at(-1)
}

/** Delivery points that a holder holds at an instant: a letter to one who has left is nobody's. */
export function heldAt(district: District, holder: string, at: number): readonly DeliveryPoint[] {
  return district.deliveryPoints.filter(({ holders }) =>
    holders.some((one) => one.holder === holder && Date.parse(one.validFrom) <= at && (one.validTo === undefined || at < Date.parse(one.validTo))))
}

/**
 * planner: a delivery point whose holder lets its figures be used for planning the network now, else undefined: one that does not exist answers alike.
 * Which steps may be read is asked of each step, so that a time that was not consented to stays closed.
 */
export function consentedDeliveryPoint(district: District, principal: Principal, id: string, mayUse: MayUse, now: number): DeliveryPoint | undefined {
  const point = principal.roles.includes('planner') ? district.deliveryPoints.find((one) => one.id === id) : undefined
  return point !== undefined && mayUse(id, 'network-planning', 'daily', now) ? point : undefined
}
