/**
 * Which consents of a delivery point stand. Two sources are put together: the dated consents of the district document, which count as
 * given before everything else, and the lines of the ledger, in their order. A withdrawal ends every consent of the same holder,
 * purpose and granularity that was given before it; what is given after it stands. So the ledger wins where it speaks.
 *
 * One consent a purpose and a granularity, and at most three years: CNIL, formal notices of 31 December 2019 on meter values;
 * the three years are those of the grid operator's own consent page.
 */
import type { DeliveryPoint, Holder } from '#models/district/schema.ts'

export const PURPOSES = ['district-supervision', 'network-planning', 'sharing-with-delegate', 'forecast-advice'] as const
export type Purpose = (typeof PURPOSES)[number]
/** A load curve is everything shorter than a day; whoever lets it be collected lets daily values be collected too. */
export const GRANULARITIES = ['daily', 'load-curve'] as const
export type Granularity = (typeof GRANULARITIES)[number]
export const LONGEST_CONSENT_YEARS = 3

/** One line of the ledger, as far as it matters here. Times are UTC ms, `to` excluded; of a withdrawal they are not looked at. */
export interface ConsentLine {
  readonly seq: number
  readonly kind: 'given' | 'withdrawn'
  readonly holder: string
  readonly deliveryPoint: string
  readonly purpose: string
  readonly granularity: Granularity
  readonly from: number
  readonly to: number
}

/** A consent in force from `from` (included) to `to` (excluded, Infinity: until further notice), UTC ms, within the time of its holder. */
export interface StandingConsent {
  readonly holder: string
  readonly purpose: string
  readonly granularity: Granularity
  readonly from: number
  readonly to: number
  /** 0: of the district document. */
  readonly seq: number
}

type DatedPoint = Pick<DeliveryPoint, 'id' | 'holders' | 'consents'>

const end = (validTo: string | undefined): number => (validTo === undefined ? Infinity : Date.parse(validTo))

/** A consent that was taken back, and by which line. */
export interface WithdrawnConsent<Line extends ConsentLine = ConsentLine> extends StandingConsent {
  readonly by: Line
}

/** Every consent that stands, in no order. `lines` may hold those of other delivery points. */
export function standingConsents(point: DatedPoint, lines: readonly ConsentLine[]): StandingConsent[] {
  return everGiven(point, lines).filter(({ by }) => by === undefined).map(({ by: _, ...consent }) => consent)
}

/** Every consent that was taken back, with the first withdrawal that did it. */
export function withdrawnConsents<Line extends ConsentLine>(point: DatedPoint, lines: readonly Line[]): WithdrawnConsent<Line>[] {
  return everGiven(point, lines).flatMap(({ by, ...consent }) => (by === undefined ? [] : [{ ...consent, by }]))
}

function everGiven<Line extends ConsentLine>(point: DatedPoint, lines: readonly Line[]): (StandingConsent & { readonly by: Line | undefined })[] {
  const own = lines.filter(({ deliveryPoint }) => deliveryPoint === point.id)
  const documented = (point.consents ?? []).map(({ validFrom, validTo, purpose, granularity }) => ({ seq: 0, holder: undefined, purpose, granularity, from: Date.parse(validFrom), to: end(validTo) }))
  const given = own.filter(({ kind }) => kind === 'given')
  const withdrawal = ({ holder, purpose, granularity, seq }: StandingConsent) =>
    own.find((line) => line.kind === 'withdrawn' && line.seq > seq && line.holder === holder && line.purpose === purpose && line.granularity === granularity)
  return point.holders.flatMap(({ holder, validFrom, validTo }) =>
    [...documented, ...given].flatMap((one) => {
      if (one.holder !== undefined && one.holder !== holder) return []
      const standing = { holder, purpose: one.purpose, granularity: one.granularity, seq: one.seq, from: Math.max(one.from, Date.parse(validFrom)), to: Math.min(one.to, end(validTo)) }
      return standing.from < standing.to ? [{ ...standing, by: withdrawal(standing) }] : []
    }),
  )
}

/** True if one of the consents covers the instant (UTC ms) with this granularity or a finer one. */
export const coveredAt = (standing: readonly StandingConsent[], granularity: Granularity, at: number, purpose?: string): boolean =>
  standing.some((one) => one.from <= at && at < one.to && (purpose === undefined || one.purpose === purpose) && (one.granularity === 'load-curve' || one.granularity === granularity))

/**
 * True if figures of the delivery point at that instant (UTC ms) belong to a household, or to nobody who could have been asked:
 * then they need a consent. Firms and public bodies have their contract.
 */
export function needsConsent({ holders, category }: Pick<DeliveryPoint, 'holders' | 'category'>, kinds: ReadonlyMap<string, Holder['kind']>, at: number): boolean {
  const holder = holders.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && at < end(validTo))
  return holder === undefined ? category === 'residential' : kinds.get(holder.holder) === 'household'
}

/** The same date so many years later (UTC ms): a consent given at `from` ends there at the latest. 29 February becomes 1 March. */
export function yearsLater(from: number, years: number): number {
  const date = new Date(from)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime()
}
