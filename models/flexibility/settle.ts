/** What an activation delivered and what is owed for it. Powers in kW, + drawn from the network; money in EUR without VAT. */

export interface SettlementTerms {
  /** What was asked for, at each step. */
  readonly kw: number
  readonly activationEurPerMwh: number
  readonly toleratedShare: number
  readonly penaltyEurPerMwh: number
}

export interface Settlement {
  /** Baseline less measured, by step; NaN where one of them is missing. Below 0: more was drawn. */
  readonly reductionKw: Float64Array
  readonly askedKwh: number
  /** What of the reduction counts: from 0 to what was asked for, nothing where it is not known. */
  readonly deliveredKwh: number
  /** Delivered over asked for. */
  readonly deliveredShare: number
  readonly missingSteps: number
  readonly activationEur: number
  readonly penaltyEur: number
  /** Owed to the seller; below 0: by him. */
  readonly netEur: number
}

/**
 * Delivered reduction = baseline - measured, step by step: at least nothing, at most what was asked for, so that one quarter of an hour
 * cannot make up for another. Paid is what is delivered. Penalty: what the delivered energy lacks of the tolerated share of what
 * was asked for, at the price of the penalty, over the steps that are measured. A step without measurement or baseline is
 * not delivered and not paid; it costs no penalty either, because it proves nothing against the seller.
 * @throws RangeError where the columns differ in length
 */
export function settleActivation(terms: SettlementTerms, baselineKw: Float64Array, measuredKw: Float64Array, stepS: number): Settlement {
  if (baselineKw.length !== measuredKw.length) throw new RangeError('baseline and measurement have the same steps')
  const hours = stepS / 3600
  const reductionKw = baselineKw.map((kw, t) => kw - measuredKw[t]!)
  const told = reductionKw.filter((kw) => !Number.isNaN(kw))
  const deliveredKwh = told.reduce((sum, kw) => sum + Math.min(terms.kw, Math.max(0, kw)) * hours, 0)
  const askedKwh = terms.kw * reductionKw.length * hours
  const activationEur = (deliveredKwh / 1000) * terms.activationEurPerMwh
  const lackingKwh = Math.max(0, terms.toleratedShare * terms.kw * told.length * hours - deliveredKwh)
  const penaltyEur = (lackingKwh / 1000) * terms.penaltyEurPerMwh
  return {
    reductionKw, askedKwh, deliveredKwh, deliveredShare: deliveredKwh / askedKwh, missingSteps: reductionKw.length - told.length,
    activationEur, penaltyEur, netEur: activationEur - penaltyEur,
  }
}

const YEAR_MS = 365.25 * 86_400_000

/**
 * Paid for being ready over the part of `[from, to)` in which the contract holds, by the day and whether or not it was called.
 * @returns EUR
 */
export function availabilityEur({ kw, availabilityEurPerKwYear, validFrom, validTo }: { readonly kw: number; readonly availabilityEurPerKwYear: number; readonly validFrom: number; readonly validTo: number }, from: number, to: number): number {
  return (kw * availabilityEurPerKwYear * Math.max(0, Math.min(to, validTo) - Math.max(from, validFrom))) / YEAR_MS
}

export interface SettlementReport {
  readonly activations: number
  readonly hours: number
  readonly askedKwh: number
  readonly deliveredKwh: number
  /** NaN: nothing was asked for. */
  readonly deliveredShare: number
  readonly availabilityEur: number
  readonly activationEur: number
  readonly penaltyEur: number
  readonly netEur: number
}

/** Sums over the settled activations of one contract and a time; `availabilityEur` of the same time. */
export function settlementReport(settled: readonly (Omit<Settlement, 'reductionKw'> & { readonly hours: number })[], availability: number): SettlementReport {
  const sum = (of: (one: (typeof settled)[number]) => number) => settled.reduce((total, one) => total + of(one), 0)
  const [askedKwh, deliveredKwh, activationEur, penaltyEur] = [sum((one) => one.askedKwh), sum((one) => one.deliveredKwh), sum((one) => one.activationEur), sum((one) => one.penaltyEur)]
  return {
    activations: settled.length, hours: sum((one) => one.hours), askedKwh, deliveredKwh, deliveredShare: deliveredKwh / askedKwh,
    availabilityEur: availability, activationEur, penaltyEur, netEur: availability + activationEur - penaltyEur,
  }
}
