import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { conversion } from '#models/units/convert.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { Clock } from '#services/clock/port.ts'
import { POINT, type MeterRows } from '#services/collectors/files/format.ts'
import type { CollectGate } from '#services/consents/collect-gate.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { ascending, type Columns } from './ascending.ts'
import { issueFault, storeIssues, type Issue } from './import-issues.ts'
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
  /** Of a point that holds forecasts. */
  readonly forecastHours?: number
}

export type ImportStore = Pick<TimeSeriesStore, 'register' | 'importSeries' | 'read'>

export interface GatheringOptions {
  readonly store: ImportStore
  readonly clock: Clock
  readonly source: string
  /** What may be kept at all. */
  readonly gate?: CollectGate | undefined
}

/** Collects what a file brings, point by point, and hands it to the store. */
export class ImportGathering {
  readonly #options: GatheringOptions
  readonly #refused = new Map<string, { count: number; lines: number[] }>()
  #pieces = new Map<string, Columns[]>()
  #issues = new Map<string, Issue[]>()
  #stored = { stored: 0, deduplicated: 0, revised: 0 }
  rows = 0

  constructor(options: GatheringOptions) {
    this.#options = options
  }

  refuse(reason: string, lines: ArrayLike<number>): void {
    let known = this.#refused.get(reason)
    if (known === undefined) this.#refused.set(reason, (known = { count: 0, lines: [] }))
    known.count += lines.length
    for (let index = 0; index < lines.length && known.lines.length < LINES_SHOWN; index++) known.lines.push(lines[index])
  }

  add(rows: MeterRows, place: ImportPlace | undefined): void {
    if (place === undefined) return this.refuse(rows.column === POINT ? 'unknown-point' : 'unknown-meter', rows.lines)
    const { unit, at, values, quality, issuedAt, lines } = this.#mayBeKept(rows, place.point)
    if (at.length === 0) return
    const factor = factorBetween(unit === '' ? place.rawUnit : unit, place.unit) * place.factor * (unit === '' ? (place.rawScale ?? 1) : 1)
    if (Number.isNaN(factor)) return this.refuse('unit-does-not-fit', lines)
    const piece = { at, values: values.map((value) => withoutNoise(value * factor, place.decimals)), quality }
    const refused = issueFault(at, issuedAt, place.forecastHours, this.#options.clock.now())
    if (refused !== undefined) return this.refuse(refused, lines)
    if (issuedAt === undefined) listed(this.#pieces, place.point).push(piece)
    else listed(this.#issues, place.point).push({ ...piece, quality: quality.map((code) => Math.max(code, QUALITY.forecast)), issuedAt, lines })
    this.rows += at.length
  }

  #mayBeKept(rows: MeterRows, point: string): MeterRows {
    const { gate } = this.#options
    if (gate === undefined || !gate.isGated(point)) return rows
    const reasons = Array.from(rows.at, (at) => gate.refused(point, at))
    if (reasons.every((reason) => reason === undefined)) return rows
    for (const reason of new Set(reasons)) if (reason !== undefined) this.refuse(reason, rows.lines.filter((_, index) => reasons[index] === reason))
    const isKept = (_: number, index: number) => reasons[index] === undefined
    return { ...rows, at: rows.at.filter(isKept), values: rows.values.filter(isKept), quality: rows.quality.filter(isKept), lines: rows.lines.filter(isKept) }
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
    const issues = this.#issues
    this.#issues = new Map()
    for (const { stored, deduplicated, revised } of [...results, ...(await storeIssues(issues, store, source, (reason, lines) => this.refuse(reason, lines)))]) {
      this.#stored.stored += stored
      this.#stored.deduplicated += deduplicated
      this.#stored.revised += revised
    }
  }

  report(): ImportReport {
    return { ...this.#stored, refused: Object.fromEntries(this.#refused) }
  }
}

const listed = <T>(lists: Map<string, T[]>, key: string): T[] => lists.get(key) ?? lists.set(key, []).get(key)!

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
