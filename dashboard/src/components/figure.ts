/** The values of a figure, once: its table, its CSV file and what its cursor says are three readings of the same rows. */
export interface FigureColumn {
  readonly label: string
  /** Of the raw numbers; the shown cells carry theirs. */
  readonly unit?: string
}
export interface FigureRow {
  readonly header: string
  /** Position on the horizontal axis of the chart: time in ms, or whatever the axis counts. */
  readonly x: number
  readonly cells: readonly string[]
  readonly raw: readonly (number | string | null)[]
}
export interface FigureTable {
  readonly rowHeader: string
  readonly columns: readonly FigureColumn[]
  readonly rows: readonly FigureRow[]
}

/** One sentence for the cursor: `18:40, Puissance 1 488 kW, Origine mesuré`. */
export function sayRow(table: FigureTable, index: number): string {
  const row = table.rows[index]
  if (!row) return ''
  return [row.header, ...table.columns.map((column, i) => `${column.label} ${row.cells[i]}`)].join(', ')
}

/** Row whose x is nearest; rows ascend in x. Undefined for an empty table. */
export function nearestRow(table: FigureTable, x: number): number | undefined {
  const { rows } = table
  if (rows.length === 0) return undefined
  let low = 0
  let high = rows.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (rows[middle].x <= x) low = middle
    else high = middle
  }
  return x - rows[low].x <= rows[high].x - x ? low : high
}

/** Where a key moves the cursor; undefined for keys that are not its own. */
export function moveCursor(key: string, index: number | undefined, rows: number): number | undefined {
  if (rows === 0) return undefined
  const here = index ?? rows
  if (key === 'ArrowLeft') return Math.max(0, here - 1)
  if (key === 'ArrowRight') return Math.min(rows - 1, index === undefined ? 0 : index + 1)
  if (key === 'PageUp') return Math.max(0, here - 12)
  if (key === 'PageDown') return Math.min(rows - 1, (index ?? 0) + 12)
  if (key === 'Home') return 0
  if (key === 'End') return rows - 1
  return undefined
}

/**
 * CSV as the spreadsheets of each language open it: comma and dot in English; semicolon and decimal comma in French.
 * A text that a spreadsheet would run as a formula is quoted.
 */
export function toCsv(table: FigureTable, options: { locale: 'fr' | 'en'; sourceLine: string }): string {
  const separator = options.locale === 'fr' ? ';' : ','
  const text = (value: string) => {
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /["\n\r,;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const cell = (value: number | string | null) => {
    if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return ''
    if (typeof value === 'string') return text(value)
    return options.locale === 'fr' ? String(value).replace('.', ',') : String(value)
  }
  const heads = table.columns.map(({ label, unit }) => text(unit ? `${label} (${unit})` : label))
  const lines = [
    [text(table.rowHeader), ...heads],
    ...table.rows.map((row) => [text(row.header), ...row.raw.map(cell)]),
    [text(options.sourceLine)],
  ]
  // The mark at the head tells spreadsheets that the file is UTF-8.
  return '\ufeff' + lines.map((line) => line.join(separator)).join('\r\n') + '\r\n'
}
