/**
 * What holds at an instant. Instants are UTC milliseconds; `validFrom` is included, `validTo` excluded. Undefined where
 * nothing holds.
 */
import type { DeliveryPoint, District, LineSection, Meter, PublicationRules, Switch, Transformer } from './schema.ts'

interface Dated {
  readonly validFrom: string
  readonly validTo?: string
}

/** The entry of a dated list that holds at an instant; a checked document has at most one. */
export function holdingAt<T extends Dated>(list: readonly T[], at: number): T | undefined {
  return list.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo)))
}

/** Id of the holder of a delivery point. */
export function holderAt(point: DeliveryPoint, at: number): string | undefined {
  return holdingAt(point.holders, at)?.holder
}

/** True if the holder lets curves (or, with `daily`, at least daily values) be collected at that instant. */
export function consentedAt(point: DeliveryPoint, at: number, granularity: 'daily' | 'load-curve'): boolean {
  const consents = point.consents?.filter((consent) => consent.granularity === 'load-curve' || consent.granularity === granularity)
  return consents !== undefined && holdingAt(consents, at) !== undefined
}

/** Meters mounted on a delivery point or an element of the network. */
export function metersAt(meters: readonly Meter[], on: string, at: number): Meter[] {
  return meters.filter(({ mounted }) => holdingAt(mounted, at)?.on === on)
}

/** True if the ratings of winter hold in a local month, 1-12. */
export function isWinter({ network: { winterMonths } }: Pick<District, 'network'>, month: number): boolean {
  return winterMonths.includes(month)
}

/** Current a line section may carry, A, its parallel cables together. */
export function ratingA({ ratings, parallel = 1 }: LineSection, at: number, winter: boolean): number | undefined {
  const rating = holdingAt(ratings, at)
  return rating && (winter ? rating.winterA : rating.summerA) * (rating.derating ?? 1) * parallel
}

/** Apparent power a transformer may carry, kVA: its rated power times the limit of the day. */
export function ratingKva({ ratings, ratedKva }: Transformer, at: number): number | undefined {
  const rating = holdingAt(ratings, at)
  return rating && (ratedKva * rating.limitPct) / 100
}

/** Normal position of a switch. */
export function closedAt({ positions }: Switch, at: number): boolean | undefined {
  return holdingAt(positions, at)?.closed
}

export function publicationRulesAt(rules: readonly PublicationRules[], at: number): PublicationRules | undefined {
  return holdingAt(rules, at)
}

/** Every instant (UTC ms, ascending, each once) at which something dated in the document begins or ends. */
export function datedChanges(document: unknown): number[] {
  const instants = new Set<number>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, entry] of Object.entries(value)) {
        if ((key === 'validFrom' || key === 'validTo') && typeof entry === 'string') instants.add(Date.parse(entry))
        else walk(entry)
      }
    }
  }
  walk(document)
  return [...instants].sort((a, b) => a - b)
}
