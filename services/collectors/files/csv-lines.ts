import { parse } from 'csv-parse/sync'

/** No line of a meter's export is longer; a longer one is no table, and is not kept in memory. */
const LONGEST_LINE = 64 * 1024

/** Cells of one line, or undefined for a line whose quotes do not fit. */
function cellsOf(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter)
  try {
    const records = quoted(line, delimiter)
    return records.length === 1 ? records[0] : undefined
  } catch {
    return undefined
  }
}

const quoted = (text: string, delimiter: string): string[][] => parse(text, { delimiter, relax_quotes: true, relax_column_count: true })

export interface CsvLinesOptions {
  /** Asked once, with the first line that is not empty. */
  readonly delimiterOf: (line: string) => string
  readonly row: (cells: string[], line: number) => void
  readonly fault: (line: number, reason: 'line-too-long' | 'bad-quotes') => void
}

/**
 * Cuts a text that comes in pieces into lines and these into cells. A value of a meter never has a line break in it, so a
 * quote that is not closed spoils its own line only.
 */
export class CsvLines {
  readonly #options: CsvLinesOptions
  #delimiter: string | undefined
  #rest = ''
  #line = 0
  #tooLong = false

  constructor(options: CsvLinesOptions) {
    this.#options = options
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    this.#take(lines)
    if (this.#rest.length > LONGEST_LINE) {
      if (!this.#tooLong) this.#options.fault(this.#line + 1, 'line-too-long')
      this.#tooLong = true
      this.#rest = ''
    }
  }

  end(): void {
    if (this.#rest !== '' || this.#tooLong) this.#take([this.#rest])
    this.#rest = ''
  }

  #take(lines: readonly string[]): void {
    const kept: string[] = []
    const numbers: number[] = []
    for (const raw of lines) {
      this.#line++
      const wasTooLong = this.#tooLong
      this.#tooLong = false
      const text = raw.trim()
      if (wasTooLong || text === '') continue
      if (raw.length > LONGEST_LINE) this.#options.fault(this.#line, 'line-too-long')
      else {
        kept.push(text)
        numbers.push(this.#line)
      }
    }
    if (kept.length === 0) return
    const delimiter = (this.#delimiter ??= this.#options.delimiterOf(kept[0]))
    const rows = kept.length > 1 && kept.some((line) => line.includes('"')) ? allAtOnce(kept, delimiter) : undefined
    for (const [place, line] of kept.entries()) {
      const cells = rows === undefined ? cellsOf(line, delimiter) : rows[place]
      if (cells === undefined) this.#options.fault(numbers[place], 'bad-quotes')
      else this.#options.row(cells.map((cell) => cell.trim()), numbers[place])
    }
  }
}

/** Many quoted lines together are read ten times faster; undefined where a quote joined two of them. */
function allAtOnce(lines: readonly string[], delimiter: string): string[][] | undefined {
  try {
    const rows = quoted(lines.join('\n'), delimiter)
    return rows.length === lines.length ? rows : undefined
  } catch {
    return undefined
  }
}

/** The delimiter that cuts a line into most cells. */
export const likelyDelimiter = (line: string): string =>
  [';', ',', '\t', '|'].reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best))
