import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { conversion } from '#models/units/convert.ts'
import type { Clock } from '#services/clock/port.ts'
import { POINT, type MeterRows } from '#services/collectors/files/format.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { withoutNoise } from './judge.ts'

const LINES_SHOWN = 20

export interface ImportReport {
  readonly stored: number
  readonly deduplicated: number
  readonly revised: number
  /** Lines that could not be used: how many by reason, and the first of each. */
  readonly refused: Readonly<Record<string, { count: number; lines: number[] }>>
}

/** Where a column of a file goes, and how its numbers become those of the point. */
export interface ImportPlace {
  readonly point: string
  readonly unit: string
  readonly decimals: number
  /** Unit of numbers whose file does not name one, and their scale. */
  readonly rawUnit: string
  readonly rawScale?: number
  readonly factor: number
}

interface Columns { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array }

/** Collects what a file brings, point by point, and hands it to the store. */
export class ImportGathering {
  readonly #options: { readonly store: Pick<TimeSeriesStore, 'register' | 'importSeries'>; readonly clock: Clock; readonly source: string }
  readonly #refused = new Map<string, { count: number; lines: number[] }>()
  #pieces = new Map<string, Columns[]>()
  #stored = { stored: 0, deduplicated: 0, revised: 0 }
  rows = 0

  constructor(options: { readonly store: Pick<TimeSeriesStore, 'register' | 'importSeries'>; readonly clock: Clock; readonly source: string }) {
    this.#options = options
  }

  refuse(reason: string, lines: ArrayLike<number>): void {
    let known = this.#refused.get(reason)
    if (known === undefined) this.#refused.set(reason, (known = { count: 0, lines: [] }))
    known.count += lines.length
    for (let index = 0; index < lines.length && known.lines.length < LINES_SHOWN; index++) known.lines.push(lines[index])
  }

  add({ column, unit, at, values, quality, lines }: MeterRows, place: ImportPlace | undefined): void {
    if (place === undefined) return this.refuse(column === POINT ? 'unknown-point' : 'unknown-meter', lines)
    const factor = factorBetween(unit === '' ? place.rawUnit : unit, place.unit) * place.factor * (unit === '' ? (place.rawScale ?? 1) : 1)
    if (Number.isNaN(factor)) return this.refuse('unit-does-not-fit', lines)
    const pieces = this.#pieces.get(place.point)
    const piece = { at, values: values.map((value) => withoutNoise(value * factor, place.decimals)), quality }
    if (pieces === undefined) this.#pieces.set(place.point, [piece])
    else pieces.push(piece)
    this.rows += at.length
  }

  /** Hands over what was gathered. Of two lines for the same point and time the later one holds, and is a revision. */
  async store(): Promise<void> {
    const { store, clock, source } = this.#options
    const gathered = this.#pieces
    this.#pieces = new Map()
    this.rows = 0
    const ids = await store.register([...gathered.keys()])
    const provenance = { recordedAt: clock.now(), source }
    const results = await Promise.all([...gathered.values()].flatMap((pieces, index) =>
      ascending(pieces).map((series) => store.importSeries(ids[index], series, provenance))))
    for (const { stored, deduplicated, revised } of results) {
      this.#stored.stored += stored
      this.#stored.deduplicated += deduplicated
      this.#stored.revised += revised
    }
  }

  report(): ImportReport {
    return { ...this.#stored, refused: Object.fromEntries(this.#refused) }
  }
}

/** NaN where the two measure different things. */
function factorBetween(from: string, to: string): number {
  if (from === to) return 1
  try {
    return conversion(from, to)
  } catch (error) {
    if (error instanceof PenfeldError) return NaN
    throw error
  }
}

/** One ascending series of what came first for each time, then of what came second for the same one, and so on. */
function ascending(pieces: readonly Columns[]): Columns[] {
  const count = pieces.reduce((sum, { at }) => sum + at.length, 0)
  const at = new Float64Array(count)
  const values = new Float64Array(count)
  const quality = new Uint8Array(count)
  let place = 0
  for (const piece of pieces) {
    at.set(piece.at, place)
    values.set(piece.values, place)
    quality.set(piece.quality, place)
    place += piece.at.length
  }
  if (at.every((time, row) => row === 0 || time > at[row - 1])) return [{ at, values, quality }]
  const order = Uint32Array.from(at.keys()).sort((left, right) => at[left] - at[right] || left - right)
  const turns: number[][] = []
  let turn = 0
  for (const [index, row] of order.entries()) {
    turn = index > 0 && at[order[index - 1]] === at[row] ? turn + 1 : 0
    const rows = (turns[turn] ??= [])
    rows.push(row)
  }
  return turns.map((rows) => ({ at: Float64Array.from(rows, (row) => at[row]), values: Float64Array.from(rows, (row) => values[row]), quality: Uint8Array.from(rows, (row) => quality[row]) }))
}
