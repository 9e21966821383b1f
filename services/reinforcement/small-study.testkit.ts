/** A small district with a study of a few years: one low-voltage feeder that a new arrival makes too small on some evenings. */
import type { FlexibilityOffer, Study, StudyScenario } from '#models/district/schema-study.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk } from '#models/reinforcement/study-result.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { switchedDistrict } from '#services/evaluation/small-district.testkit.ts'
import { readStudyBase } from './study-base.ts'

export const SMALL_NOW = Date.UTC(2026, 0, 10, 12)
const NODE = 'P01.D1.J2'
const local = (text: string) => ({ fr: text, en: text })

const money: Study['money'] = {
  pricesOf: 2026, rates: 'real', discountPct: { low: 3, likely: 4.5, high: 6 }, energyLossEurPerMwh: 80, energyNotServedEurPerMwh: 20_000, co2EurPerTonne: 100, co2KgPerMwh: 40, source: 'test',
}

export interface SmallStudyOptions {
  /** What arrives at the end of a low-voltage feeder, kW at its peak: in 2028, in the slow scenario in 2030. */
  readonly arrivalKw?: number
  readonly growthPct?: number
  readonly fromYear?: number
  readonly offers?: Study['offers']
}

export function smallStudy({ arrivalKw = 0, growthPct = 0, fromYear = 2027, offers = [] }: SmallStudyOptions = {}): Study {
  const scenario = (id: string, probability: number, year: number): StudyScenario => ({
    id, name: local(id), probability, growthPct: { dwelling: growthPct }, arrivals: arrivalKw > 0 ? [{ node: NODE, year, peakKw: arrivalKw, loadClass: 'dwelling', note: local('arrival') }] : [],
  })
  return {
    fromYear, toYear: 2030, money, offers, scenarios: [scenario('slow', 0.4, 2030), scenario('fast', 0.6, 2028)],
    weatherYears: [{ id: 'measured', name: local('measured'), probability: 1, kind: 'measured', source: 'test' }],
  }
}

/** The new customer would draw less on some evenings, for little. */
export const CHEAP_OFFER: FlexibilityOffer = {
  id: 'less', kind: 'curtailment', name: local('less'), node: NODE, loadClasses: ['dwelling'], share: 0.8, mostKw: 90, availabilityEurPerKwYear: 1, activationEurPerMwh: 50,
  hoursAYear: 100, noticeH: 2, mostHoursAnActivation: 4, source: 'test',
}

/** @param endKwh what is drawn in a year at the end of that feeder */
export function smallLoaded(endKwh?: number): LoadedDistrict {
  const loaded = switchedDistrict()
  if (endKwh === undefined) return loaded
  const deliveryPoints = loaded.district.deliveryPoints.map((point) => (point.node === NODE ? { ...point, annualEnergyKwh: endKwh } : point))
  return { ...loaded, district: { ...loaded.district, deliveryPoints } }
}

/** A year without measurements, with evenings that are higher and a dozen that are highest. */
export async function smallFrozen(loaded = smallLoaded()): Promise<FrozenYear> {
  const frozen = await readStudyBase(loaded, undefined, SMALL_NOW)
  const shape = (hour: number) => (hour % 24 < 17 || hour % 24 > 20 ? 0.8 : Math.floor(hour / 24) % 30 === 0 ? 3 : 1.2)
  const shaped = (column: Float32Array) => column.map((value, hour) => value * shape(hour))
  return { ...frozen, cells: frozen.cells.map((cell) => ({ ...cell, powerKw: shaped(cell.powerKw) })), curves: frozen.curves.map((curve) => ({ ...curve, curves: 1, relative: shaped(curve.relative) })) }
}

export const smallAsk = (study: Study, depth: StudyAsk['depth'] = 'full'): StudyAsk => ({ fromYear: study.fromYear, toYear: study.toYear, study, changed: [], depth })
