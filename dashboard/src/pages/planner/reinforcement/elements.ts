import type { ElementOutlook, ElementYear, StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from '../../../charts/shaped.ts'
import { groupOf, nameOf, stateName } from '../../../charts/study-names.ts'
import type { FigureTable } from '../../../components/figure.ts'

export const ELEMENT_SCOPES = ['constrained', 'medium', 'low', 'all'] as const
export type ElementScope = (typeof ELEMENT_SCOPES)[number]
export type Likelihood = 'likely' | 'possible' | 'holds'

export interface ElementRow {
  readonly one: ElementOutlook
  readonly likelihood: Likelihood
  /** Of the last year that was studied; undefined where none was. */
  readonly last: ElementYear | undefined
}

/** The largest share of the limit in the last year; of a voltage, the lowest share of its nominal value. */
export const worstPct = ({ one, last }: ElementRow): number | null => (last === undefined ? null : one.kind === 'bus' ? last.peakPct.least : last.peakPct.most)

const likelihoodOf = ({ firstLikelyYear, firstPossibleYear }: ElementOutlook): Likelihood => (firstLikelyYear !== null ? 'likely' : firstPossibleYear !== null ? 'possible' : 'holds')
const NEVER = Infinity

/** The earliest first, then the likeliest, then what is nearest to its limit. */
export function elementRows({ elements }: StudyResult): ElementRow[] {
  return elements.map((one) => ({ one, likelihood: likelihoodOf(one), last: one.years.at(-1) })).sort((a, b) =>
    byNumber(a.one.firstLikelyYear ?? NEVER, b.one.firstLikelyYear ?? NEVER) || byNumber(a.one.firstPossibleYear ?? NEVER, b.one.firstPossibleYear ?? NEVER)
    || byNumber(b.last?.probability ?? 0, a.last?.probability ?? 0) || byNumber(b.last?.peakPct.most ?? 0, a.last?.peakPct.most ?? 0))
}
// Infinity less Infinity is no number.
const byNumber = (a: number, b: number) => (a === b ? 0 : a - b)

export function inElementScope(rows: readonly ElementRow[], scope: ElementScope): readonly ElementRow[] {
  if (scope === 'constrained') return rows.filter(({ likelihood }) => likelihood !== 'holds')
  return scope === 'all' ? rows : rows.filter(({ one }) => one.level === scope)
}

export function elementsSentence(rows: readonly ElementRow[], result: StudyResult, { t }: Pick<Speech, 't'>): string {
  const words = t.reinforcement.elements
  const [likely, possible] = (['likely', 'possible'] as const).map((wanted) => rows.filter(({ likelihood }) => likelihood === wanted))
  if (likely.length > 0) return words.sentence(likely.length, nameOf(likely[0].one.id, result), String(likely[0].one.firstLikelyYear))
  return possible.length > 0 ? words.possible(possible.length) : words.calm
}

/** Every element in every year, for the file. */
export function elementsTable(rows: readonly ElementRow[], result: StudyResult, { t }: Speech): FigureTable {
  const words = t.reinforcement.elements
  let x = 0
  return {
    rowHeader: words.element,
    columns: [
      { label: words.kind }, { label: words.group }, { label: words.limit }, { label: words.year }, { label: t.reinforcement.outlook.probability, unit: '%' }, { label: words.hours, unit: 'h' }, { label: words.energy, unit: 'MWh' },
      { label: words.peak, unit: '%' }, { label: words.state },
    ],
    rows: rows.flatMap(({ one }) => one.years.map((year) => ({
      header: nameOf(one.id, result), x: x++, cells: [],
      raw: [words.kinds[one.kind], groupOf(one, result), `${one.limit} ${one.limitUnit}`, year.year, 100 * year.probability, year.hours.expected, year.energyMwh.expected, one.kind === 'bus' ? year.peakPct.least : year.peakPct.most, stateName(year.worstState, result, { t })],
    }))),
  }
}
