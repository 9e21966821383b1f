import type { Table } from './content.ts'

/** Between two columns, pt. */
export const GAP = 10
/** Of a sign of Roboto at the size of a cell, pt, somewhat more than its mean. */
const SIGN = 4.05
const MOST_SIGNS = 44
/** A narrow table is not torn apart over the page. */
const MOST_STRETCH = 1.7

/**
 * Widths of columns in pt, without the gaps: numbers are never broken, text has room for its longest word and then takes what is left
 * in proportion to what it has to say. A heading may stand on two lines.
 */
export function columnWidths({ columns, rows }: Pick<Table, 'columns' | 'rows'>, pageWidth: number): number[] {
  const available = pageWidth - GAP * (columns.length - 1)
  const sizes = columns.map(({ title, kind }, k) => {
    // Headings are bold.
    const heading = Math.max(longest(title.split(' ')) + 1, Math.ceil(0.55 * title.length))
    const [lines, words] = [longest(rows.flatMap((row) => row[k].split('\n'))), longest(rows.flatMap((row) => row[k].split(/[\n ]/)))]
    return kind === 'number' ? { least: points(Math.max(heading, lines)), wanted: points(Math.max(heading, lines)) } : { least: points(Math.max(heading, words)), wanted: points(Math.max(heading, Math.min(MOST_SIGNS, lines))) }
  })
  const [least, wanted] = [sum(sizes.map((one) => one.least)), sum(sizes.map((one) => one.wanted))]
  if (wanted <= available) return sizes.map((one) => one.wanted * Math.min(MOST_STRETCH, available / wanted))
  // So many columns that even words do not fit: all give way alike.
  if (least >= available) return sizes.map((one) => (one.least * available) / least)
  return sizes.map((one) => one.least + ((one.wanted - one.least) * (available - least)) / (wanted - least))
}

const points = (signs: number): number => SIGN * signs + 1
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const longest = (parts: readonly string[]): number => Math.max(0, ...parts.map(({ length }) => length))
