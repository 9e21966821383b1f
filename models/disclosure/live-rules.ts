import type { Holder, PublicationRules } from '#models/district/schema.ts'
import type { Publishable } from './publishable.ts'

export type { Publishable } from './publishable.ts'

/** One 30-minute step of the whole district as the network sensors saw it, with who stands behind it. */
export interface LiveCandidate {
  /** Start of the interval and the instant of the decision (UTC ms). */
  readonly at: number
  readonly now: number
  /** Mean power the district drew; NaN without measurement. */
  readonly meanPowerKw: number
  /** Share of the interval for which every sensor had a value, 0 to 1. */
  readonly coverage: number
  readonly firmImportKw: number
  /** Mean of a year, gives the base of rounding; NaN if not known yet. */
  readonly yearlyMeanKw: number
  readonly deliveryPoints: number
  /** Highest consumption (kW) of each private holder in the step, one entry a holder: measured where a meter says it, else a high guess. */
  readonly holderPowerKw: readonly number[]
  /** Consumption (kW) of holders whose data are public, as high as it may be: it hides nobody. */
  readonly publicPowerKw: number
  /** Production behind the sensors (kW, positive) that meters have measured; what is not measured counts as none. */
  readonly productionKw: number
}

export interface LiveFigures {
  readonly meanPowerKw: number | null
  readonly loadingPct: number | null
  readonly firmImportKw: number | null
  readonly headroomKw: number | null
}

/** The reason is for the operator only: to the public every refusal looks the same. */
export type LiveDecision =
  | { readonly publish: true; readonly figures: Publishable<LiveFigures> }
  | { readonly publish: false; readonly reason: WithheldReason; readonly figures: Publishable<LiveFigures> }

export type WithheldReason = 'no-rule' | 'too-early' | 'too-few-holders' | 'too-few-delivery-points' | 'dominant-holder' | 'not-measured'

/** What everybody sees when nothing is published, whatever the reason. */
const NOTHING = { meanPowerKw: null, loadingPct: null, firmImportKw: null, headroomKw: null } as Publishable<LiveFigures>
/** A step with less than this covered by sensors is not a measurement of the step. */
const MIN_COVERAGE = 0.9

/** Holders whose data are public: they need no protection and give none. */
export const isPublicHolder = ({ kind }: Pick<Holder, 'kind'>): boolean => kind === 'public-body' || kind === 'operator'

/** The rule table in force at an instant; undefined where the document has none. */
export function rulesInForce(tables: readonly PublicationRules[], at: number): PublicationRules | undefined {
  return tables.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo)))
}

/**
 * Decides whether a live step may be shown. Both layers of the disclosure policy that touch it are here: whole
 * district only, enough holders and delivery points behind the sensors, no holder with more than the allowed share of
 * the step, 30-minute mean, delay, rounding.
 *
 * The dominance test is about private holders. Public bodies and operators of public services are those whose data are
 * public: they are neither protected nor counted, and because anybody can take their consumption off the figure, it
 * does not hide the others. A share is taken on consumption alone: the drawn power plus the measured production, less
 * the public consumption; production, whose curve follows the sun for everybody to see, is never netted against a
 * holder's use. It has no test of its own because no production is published. Where something is not known the highest
 * use and the lowest production are taken, so the test errs towards withholding.
 */
export function decideLive(candidate: LiveCandidate, rules: PublicationRules | undefined): LiveDecision {
  const withhold = (reason: WithheldReason): LiveDecision => ({ publish: false, reason, figures: NOTHING })
  if (rules === undefined) return withhold('no-rule')
  if (candidate.now < candidate.at + (rules.liveStepS + rules.liveDelayS) * 1000) return withhold('too-early')
  if (candidate.holderPowerKw.length < rules.minHolders) return withhold('too-few-holders')
  if (candidate.deliveryPoints < rules.minDeliveryPoints) return withhold('too-few-delivery-points')
  if (!Number.isFinite(candidate.meanPowerKw) || candidate.coverage < MIN_COVERAGE) return withhold('not-measured')
  const privateKw = candidate.meanPowerKw + candidate.productionKw - candidate.publicPowerKw
  const largestKw = candidate.holderPowerKw.reduce((largest, power) => Math.max(largest, Math.abs(power)), 0)
  if (!(largestKw <= (rules.maxHolderSharePct / 100) * privateKw)) return withhold('dominant-holder')

  const meanPowerKw = roundForPublic(candidate.meanPowerKw, candidate.yearlyMeanKw, rules.roundingPct)
  const known = Number.isFinite(candidate.firmImportKw) && candidate.firmImportKw > 0
  const firmImportKw = known ? roundForPublic(candidate.firmImportKw, candidate.yearlyMeanKw, rules.roundingPct) : null
  // Loading and headroom are made from the rounded figures: they must not carry digits that rounding took away.
  return {
    publish: true,
    figures: {
      meanPowerKw,
      firmImportKw,
      loadingPct: firmImportKw === null ? null : Math.round((100 * meanPowerKw) / firmImportKw),
      headroomKw: firmImportKw === null ? null : firmImportKw - meanPowerKw,
    } as Publishable<LiveFigures>,
  }
}

/** Three significant digits and never finer than `roundingPct` of the yearly mean (of the value itself if that is unknown). */
export function roundForPublic(valueKw: number, yearlyMeanKw: number, roundingPct: number): number {
  if (valueKw === 0) return 0
  const digits = 10 ** (Math.floor(Math.log10(Math.abs(valueKw))) - 2)
  const reference = Number.isFinite(yearlyMeanKw) && yearlyMeanKw !== 0 ? Math.abs(yearlyMeanKw) : Math.abs(valueKw)
  // The base is a power of ten times 1, 2 or 5, so that published figures look like figures.
  const least = Math.max(digits, (roundingPct / 100) * reference)
  const power = 10 ** Math.floor(Math.log10(least))
  const base = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least * (1 - 1e-9))!
  return Number((Math.round(valueKw / base) * base).toPrecision(12))
}
