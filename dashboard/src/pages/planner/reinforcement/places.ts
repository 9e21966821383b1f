import { drawnAt } from '#contract/study-places.ts'
import type { PortfolioMeasure, StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from '../../../charts/shaped.ts'
import { groupOf, nameOf } from '../../../charts/study-names.ts'
import type { FigureTable } from '../../../components/figure.ts'
import { recommendedOf } from './answer.ts'
import { worstPct, type ElementRow, type Likelihood } from './elements.ts'

/** A substation or a section of the drawing, with what the study says of it. */
export interface StudyPlace {
  readonly id: string
  readonly name: string
  /** Of the tightest of its elements. */
  readonly likelihood: Likelihood
  /** The tightest first; none: nothing of it passes a limit. */
  readonly rows: readonly ElementRow[]
  /** Of the recommended way. */
  readonly measures: readonly PortfolioMeasure[]
}

export interface StudyPlaces {
  readonly byId: ReadonlyMap<string, StudyPlace>
  /** Elements that the drawing has no place for. */
  readonly unplaced: readonly ElementRow[]
}

/** @param rows the tightest first */
export function studyPlacesOf(result: StudyResult, rows: readonly ElementRow[]): StudyPlaces {
  const { network } = result
  const at = (id: string, group: string) => drawnAt(network, { id, group })?.id
  const told = rows.map((row) => ({ row, place: at(row.one.id, row.one.group) }))
  const measures = (recommendedOf(result)?.measures ?? []).map((measure) => ({ measure, places: [measure.at, ...measure.changes.map(({ element }) => element)].flatMap((id) => at(id, id) ?? []) }))
  const placeOf = (id: string): StudyPlace => {
    const own = told.filter(({ place }) => place === id).map(({ row }) => row)
    const likelihood = (['likely', 'possible'] as const).find((one) => own.some((row) => row.likelihood === one)) ?? 'holds'
    return { id, name: nameOf(id, result), likelihood, rows: own.filter((row) => row.likelihood !== 'holds'), measures: measures.filter(({ places }) => places.includes(id)).map(({ measure }) => measure) }
  }
  return { byId: new Map([...network.nodes, ...network.links].map(({ id }) => [id, placeOf(id)])), unplaced: told.filter(({ row, place }) => place === undefined && row.likelihood !== 'holds').map(({ row }) => row) }
}

/** Since when, in a few signs; `2038 ?` is not likely. */
export const yearLabel = ({ one }: ElementRow, { t }: Pick<Speech, 't'>): string =>
  (one.firstLikelyYear !== null ? String(one.firstLikelyYear) : one.firstPossibleYear !== null ? t.reinforcement.network.maybe(String(one.firstPossibleYear)) : '')

/** One element in a sentence: since when, and how far beyond its limit. */
export function elementSaid(row: ElementRow, result: StudyResult, { t, f }: Speech): string {
  const words = t.reinforcement.network
  const { one } = row
  const since = one.firstLikelyYear !== null ? words.likelyFrom(String(one.firstLikelyYear)) : words.possibleFrom(String(one.firstPossibleYear))
  return words.element(nameOf(one.id, result), since, one.kind === 'bus' ? words.voltage(f.percent(worstPct(row))) : words.peak(f.percent(worstPct(row))))
}

/** All that a place has to say, for who does not see the drawing. */
export function placeSaid({ name, rows, measures }: StudyPlace, result: StudyResult, speech: Speech): string {
  const { t, f } = speech
  const words = t.reinforcement.network
  const what = rows.length === 0 ? words.holds : f.list(rows.map((row) => elementSaid(row, result, speech)))
  return [words.place(name, what), ...(measures.length === 0 ? [] : [words.measures(f.list(measures.map((one) => measureSaid(one, speech))))])].join(' ')
}

/** Within a sentence. */
export function measureSaid({ measure, fromYear }: PortfolioMeasure, { t }: Pick<Speech, 't'>): string {
  const name = t.reinforcement.portfolios.measure[measure]
  return t.reinforcement.network.measure(name.charAt(0).toLowerCase() + name.slice(1), String(fromYear))
}

export function networkSentence({ byId }: StudyPlaces, { t }: Pick<Speech, 't'>): string {
  const words = t.reinforcement.network
  const count = (of: Likelihood) => [...byId.values()].filter(({ likelihood }) => likelihood === of).length
  const [likely, possible] = [count('likely'), count('possible')]
  return likely + possible === 0 ? words.calm : words.sentence(likely, possible)
}

/** The drawing as a list: every place where something becomes too small. */
export function networkTable({ byId }: StudyPlaces, result: StudyResult, { t, f }: Speech): FigureTable {
  const words = t.reinforcement
  const rows = [...byId.values()].flatMap(({ name, rows: own }) => own.map((row) => ({ name, row })))
  return {
    rowHeader: words.elements.element,
    columns: [{ label: words.network.where }, { label: words.elements.group }, { label: words.elements.first }, { label: words.elements.peak, unit: '%' }],
    rows: rows.map(({ name, row }, x) => {
      const cells = [name, groupOf(row.one, result), yearLabel(row, { t })]
      return { header: nameOf(row.one.id, result), x, cells: [...cells, f.percent(worstPct(row))], raw: [...cells, worstPct(row)] }
    }),
  }
}
