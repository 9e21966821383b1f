import type { StudyResult } from '#contract/study-shapes.ts'
import type { FigureTable } from '../../components/figure.ts'
import { niceAbove } from '../nice.ts'
import type { Speech } from '../shaped.ts'

export interface TornadoBar {
  readonly parameter: string
  readonly low: number
  readonly high: number
}

export interface ShapedTornado {
  readonly sentence: string
  readonly table: FigureTable
  readonly bars: readonly TornadoBar[]
  /** Cost at the assumptions as they are; undefined where nothing holds. */
  readonly middle: number | undefined
  readonly span: { readonly from: number; readonly to: number }
  readonly ticks: readonly number[]
}

const ROOM = 0.05
const MOST_TICKS = 4

/** Assumptions by how far the cost moves between their ends. `nameOf` says a parameter. Undefined where none was varied. */
export function shapeTornado(result: StudyResult, nameOf: (parameter: string) => string, { t, f }: Speech): ShapedTornado | undefined {
  const sorted = [...result.tornado].sort((a, b) => Math.abs(b.highNpvEur - b.lowNpvEur) - Math.abs(a.highNpvEur - a.lowNpvEur))
  if (sorted.length === 0) return undefined
  const words = t.reinforcement.tornado
  const middle = result.recommended === null ? undefined : result.portfolios[result.recommended].expectedNpvEur
  const ends = [...sorted.flatMap(({ lowNpvEur, highNpvEur }) => [lowNpvEur, highNpvEur]), ...(middle === undefined ? [] : [middle])]
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  const room = ROOM * Math.max(most - least, 1)
  const [first] = sorted
  const year = (value: number | null) => (value === null ? f.number(null) : String(value))
  return {
    sentence: words.sentence(nameOf(first.parameter), f.money(Math.min(first.lowNpvEur, first.highNpvEur)), f.money(Math.max(first.lowNpvEur, first.highNpvEur))),
    middle,
    span: { from: least - room, to: most + room },
    ticks: ticksBetween(least - room, most + room),
    bars: sorted.map((one) => ({ parameter: nameOf(one.parameter), low: one.lowNpvEur, high: one.highNpvEur })),
    table: {
      rowHeader: words.parameter,
      columns: [{ label: words.low }, { label: words.high }, { label: words.lowCost, unit: '€' }, { label: words.highCost, unit: '€' }, { label: words.lowYear }, { label: words.highYear }],
      rows: sorted.map((one, x) => ({
        header: nameOf(one.parameter), x,
        cells: [one.lowValue, one.highValue, f.money(one.lowNpvEur), f.money(one.highNpvEur), year(one.lowFirstYear), year(one.highFirstYear)],
        raw: [one.lowValue, one.highValue, one.lowNpvEur, one.highNpvEur, one.lowFirstYear, one.highFirstYear],
      })),
    },
  }
}

/** A few round numbers. */
function ticksBetween(from: number, to: number): number[] {
  const step = niceAbove((to - from) / MOST_TICKS)
  return Array.from({ length: Math.floor(to / step) - Math.ceil(from / step) + 1 }, (_, i) => (Math.ceil(from / step) + i) * step)
}
