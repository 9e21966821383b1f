import type { DeliveryPoint, District } from '#models/district/schema.ts'
import type { Principal } from './port.ts'

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
  if (!principal.roles.some((role) => role === 'merchant' || role === 'resident')) return []
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
