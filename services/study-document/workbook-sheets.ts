import { sourceIn } from '#models/district/schema-parts.ts'
import { netEur } from '#models/reinforcement/portfolio.ts'
import type { Spread } from '#models/reinforcement/study-result.ts'
import { answerSentence } from './answer.ts'
import { hasFigures, notServedMwh, type Context } from './context.ts'
import { yearsOfAmounts } from './measure-amounts.ts'
import { spaced } from './typeset.ts'
import { parameterSaid, priceSaid, termOf } from './words/index.ts'

/** The first row is the head. null is an empty cell: not known is never 0. */
export type Cells = readonly (readonly (string | number | null)[])[]

export function summarySheet(context: Context): Cells {
  const { result, w: { workbook: t }, lang, district } = context
  const { answer, breakEven, states, base, modelCheck } = result
  const sentence = answerSentence(context)
  return [
    [t.figure, t.value, t.unit],
    [t.answer, lang === 'fr' ? spaced(sentence) : sentence, null], [t.district, district, null], ...(result.district.notice === null ? [] : [[t.illustrative, result.district.notice[lang], null]]), [t.version, result.district.version, null], [t.computed, result.computedAt, null], [t.engine, result.engine, null],
    [t.first, answer.firstYear, null], [t.avoided, answer.avoidedEur, '€'], [t.deferredWorks, answer.deferredWorksEur, '€'], [t.deferred, answer.deferredEur, '€'], [t.saved, answer.savedEur, '€'],
    [t.factor, breakEven?.factor ?? null, null], [t.breakEven, breakEven?.reinforcementEur ?? null, '€'],
    [t.normal, states.normalSolved, null], [t.outage, states.outageSolved, null], [t.screened, states.lowVoltageScreenedOut, null], [t.low, states.lowVoltageSolved, null], [t.notSettled, states.notSettled, null],
    [t.darkOutages, result.unsupplied?.length ?? null, null], [t.darkPeak, result.unsupplied === undefined ? null : Math.max(0, ...result.unsupplied.map(({ peakKw }) => peakKw)), 'kW'], [t.unpricedCount, result.unpriced?.length ?? null, null],
    [t.measuredShare, base.measuredShareOfEnergyPct, '%'], [t.modelMean, modelCheck?.meanErrorPct ?? null, '%'], [t.modelLargest, modelCheck?.largestErrorPct ?? null, '%'],
    ...result.losses.map(({ year, mwh }) => [t.losses(year), mwh.expected, 'MWh']),
  ]
}

const three = (spread: Spread): readonly number[] => [spread.least, spread.expected, spread.most]

/** `N` as it stands in the heading, else the element that is lost. */
const stateCell = ({ place }: Context, state: string): string => (state === 'N' ? state : place(state))

export function elementsSheet(context: Context): Cells {
  const { result, place, group, w: { workbook: t, terms } } = context
  return [
    [t.id, t.name, t.kind, t.level, t.group, t.limit, t.unit, t.year, t.probability, t.probabilityNormal, ...t.hours, ...t.energy, ...t.peak, t.state, t.worstAt],
    ...result.elements.flatMap((one) => one.years.map((year) => [
      one.id, place(one.id), terms.kinds[one.kind], terms.levels[one.level], group(one), one.limit, one.limitUnit, year.year, year.probability, year.probabilityNormal, ...three(year.hours), ...three(year.energyMwh), ...three(year.peakPct), stateCell(context, year.worstState), year.worstAt,
    ])),
  ]
}

export const futuresSheet = ({ result, w: { workbook: t, terms }, scenario, weather }: Context): Cells => [
  [t.scenario, t.weather, t.year, t.step, t.stepEnergy, t.stepPeak],
  ...result.futures.flatMap((one) => [...one.steps, { step: t.total, energyMwh: one.energyMwh, atPeakKw: one.peakKw }].map(({ step, energyMwh, atPeakKw }) => [scenario(one.scenario), weather(one.weather), one.year, termOf(terms.steps, step), energyMwh, atPeakKw])),
]

export function portfoliosSheet({ result, recommended, w: { workbook: t, terms, yes, no }, scenario }: Context): Cells {
  const ids = result.ask.study.scenarios.map(({ id }) => id)
  return [
    [t.portfolio, t.status, t.recommended, t.cost, ...ids.map((id) => t.costOf(scenario(id))), t.regret, t.notServed, t.lossesMwh, t.co2, t.rounds, t.linear],
    ...result.portfolios.map((one) => [
      terms.portfolios[one.kind], terms.status[one.status], one === recommended ? yes : no, hasFigures(one) ? one.expectedNpvEur : null, ...ids.map((id) => one.npvOfScenarioEur.find((own) => own.scenario === id)?.eur ?? null),
      one.worstRegretEur, ...(hasFigures(one) ? [notServedMwh(one), one.lossesMwh, one.co2Tonnes] : [null, null, null]), one.rounds, one.linearErrorPct,
    ]),
  ]
}

export function remainingSheet(context: Context): Cells {
  const { result, w: { workbook: t, terms }, place, scenario, weather } = context
  return [
    [t.portfolio, t.element, t.state, t.year, t.scenario, t.weather, t.hoursOver, t.worstPct],
    ...result.portfolios.flatMap(({ kind, remaining }) => remaining.map((one) => [terms.portfolios[kind], place(one.element), stateCell(context, one.state), one.year, scenario(one.scenario), weather(one.weather), one.hours, one.worstPct])),
  ]
}

/** Of every portfolio, that two can be compared. */
export function measuresSheet({ result, w: { workbook: t, terms }, place }: Context): Cells {
  const years = Array.from({ length: result.ask.toYear - result.ask.fromYear + 1 }, (_, k) => result.ask.fromYear + k)
  return [
    [t.portfolio, t.option, t.measure, t.place, t.changes, t.from, t.unit, ...years.map(t.amount), t.once, t.yearly, t.activation, t.residual, t.totalEur, ...t.hours, t.notice],
    ...result.portfolios.flatMap(({ kind, measures }) => measures.map((one) => {
      const amounts = new Map(yearsOfAmounts(one, result.ask).map(({ year, amount }) => [year, amount]))
      return [
        terms.portfolios[kind], one.option, terms.measures[one.measure], place(one.at), one.changes.map(({ element, into }) => `${place(element)}: ${into}`).join('; '), one.fromYear, termOf(terms.units, one.unit), ...years.map((year) => amounts.get(year) ?? null),
        one.npvEur.once, one.npvEur.yearly, one.npvEur.activation, one.npvEur.residual, netEur(one), ...(one.activatedHoursAYear === null ? [null, null, null] : three(one.activatedHoursAYear)), one.noticeH,
      ]
    })),
  ]
}

export const unsuppliedSheet = ({ result, w: { workbook: t }, place }: Context): Cells => [
  [t.id, t.outageOf, t.darkKw],
  ...(result.unsupplied ?? []).map(({ outage, peakKw }) => [outage, place(outage), peakKw]),
]

export const unpricedSheet = ({ result, w, w: { workbook: t, terms }, place }: Context): Cells => [
  [t.option, t.measure, t.place, t.missing],
  ...(result.unpriced ?? []).map(({ option, measure, at, missing }) => [option, measure === undefined ? null : terms.measures[measure], at === undefined ? null : place(at), missing.map((item) => priceSaid(w, item)).join('; ')]),
]

export const sensitivitySheet = ({ result, w, w: { workbook: t } }: Context): Cells => [
  [t.parameter, t.lowValue, t.highValue, t.lowCost, t.highCost, t.lowYear, t.highYear],
  ...result.tornado.map((one) => [parameterSaid(w, one.parameter), one.lowValue, one.highValue, one.lowNpvEur, one.highNpvEur, one.lowFirstYear, one.highFirstYear]),
]

export const pricesSheet = ({ result, w, w: { workbook: t, terms }, lang }: Context): Cells => [
  [t.id, t.item, t.eur, t.source, t.dated, t.sure],
  ...result.prices.map(({ item, eur, source, dated, sure }) => [item, priceSaid(w, item), eur, sourceIn(source, lang), dated, termOf(terms.sure, sure)]),
]

export const sourcesSheet = ({ result, w: { workbook: t, terms } }: Context): Cells => [
  [t.title, t.dated, t.address, t.sure],
  ...result.sources.map(({ title, dated, address, sure }) => [title, dated, address ?? null, terms.sure[sure]]),
]
