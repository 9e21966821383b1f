import type { Range, StudyMoney } from '#models/district/schema-study.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** A share a year that has the loss of the value of money in it, or has not. The two are never added, divided or compared. */
export interface RealRate { readonly kind: 'real'; readonly aYear: number }
export interface NominalRate { readonly kind: 'nominal'; readonly aYear: number }

export type Rates =
  | { readonly discount: RealRate; readonly inflation?: undefined }
  | { readonly discount: NominalRate; readonly inflation: NominalRate }

export const realPct = (pct: number): RealRate => ({ kind: 'real', aYear: rate(pct) })
export const nominalPct = (pct: number): NominalRate => ({ kind: 'nominal', aYear: rate(pct) })

/** The value of a range at its end; a number that is known is the same at all. */
export const valueAt = (range: number | Range, end: keyof Range = 'likely'): number => typeof range === 'number' ? range : range[end]

/** Real rates know no inflation, and a nominal rate without one would discount prices of today too far: both are refused (PF_STUDY_RATES_MIXED). */
export function ratesOf({ rates, discountPct, inflationPct }: StudyMoney, end: keyof Range = 'likely'): Rates {
  if (rates === 'real' && inflationPct !== undefined) throw mixed('the rates are real, and an inflation is given')
  if (rates === 'real') return { discount: realPct(valueAt(discountPct, end)) }
  if (inflationPct === undefined) throw mixed('the rates are nominal, and no inflation is given')
  return { discount: nominalPct(valueAt(discountPct, end)), inflation: nominalPct(inflationPct) }
}

/**
 * What an amount at today's prices is worth when it is paid a year later: 1/(1+r) with a real rate r, (1+i)/(1+r) with a nominal r and
 * inflation i. What reaches this from JSON or JavaScript with kinds that do not fit is refused as well.
 */
export function yearFactor(rates: Rates): number {
  const { inflation } = rates
  const expected = inflation === undefined ? 'real' : 'nominal'
  if (rates.discount.kind !== expected || (inflation !== undefined && inflation.kind !== 'nominal')) {
    throw mixed(`a ${rates.discount.kind} discount rate with ${inflation === undefined ? 'no inflation' : `a ${inflation.kind} growth of prices`}`)
  }
  return (1 + (inflation?.aYear ?? 0)) / (1 + rates.discount.aYear)
}

const mixed = (detail: string): PenfeldError => new PenfeldError('PF_STUDY_RATES_MIXED', `Of money, ${detail}.`, { where: 'study.money' })

function rate(pct: number): number {
  if (!(pct > -100) || !Number.isFinite(pct)) throw new PenfeldError('PF_DISTRICT_SCHEMA', `${pct} % a year is no rate.`, { where: 'study.money' })
  return pct / 100
}
