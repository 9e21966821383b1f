import type { FigureTable } from '../components/figure.ts'
import type { LegendKey } from '../components/legend.ts'
import type { Format, Messages } from '../i18n/index.ts'
import type { Plot } from './plot.ts'

/** What the `shape.ts` of every chart makes: words, rows and drawing from the same values. */
export interface ShapedFigure {
  readonly sentence: string
  readonly table: FigureTable
  readonly plot: Plot
  readonly legend: readonly LegendKey[]
}
/** What a shape needs to speak. */
export interface Speech {
  readonly t: Messages
  readonly f: Format
}
