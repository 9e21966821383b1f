import type { FileFormat, FileSettings, MeterRows } from './format.ts'

export interface Parsed {
  readonly rows: MeterRows[]
  /** `line: reason`. */
  readonly faults: string[]
  /** Every value as `meter column time value unit`. */
  readonly values: string[]
}

/** Parses a text as one file, in pieces of `piece` characters. */
export function parseText(format: FileFormat, text: string, { wanted = [], piece = Infinity, ...settings }: Partial<FileSettings> & { wanted?: readonly string[]; piece?: number } = {}): Parsed {
  const rows: MeterRows[] = []
  const faults: string[] = []
  const parser = format.open({
    rows: (found) => void rows.push(found), fault: (line, reason) => void faults.push(`${line}: ${reason}`), wants: (meter, column) => wanted.includes(`${meter} ${column}`),
  }, { timeZone: 'Europe/Paris', ...settings })
  for (let from = 0; from < text.length; from += piece) parser.write(text.slice(from, from + piece))
  parser.end()
  return {
    rows, faults,
    values: rows.flatMap(({ meter, column, unit, at, values }) => Array.from(at, (time, row) => `${meter} ${column} ${new Date(time).toISOString().replace(/:00\.000Z$/, 'Z')} ${values[row]}${unit === '' ? '' : ` ${unit}`}`)),
  }
}
