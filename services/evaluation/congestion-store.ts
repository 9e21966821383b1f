/** Congestion forecasts as they were issued, and what they were worth; part of runs.sqlite. */
import type { DatabaseSync } from 'node:sqlite'
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import { LOADING_LEVELS, type CongestionIssue, type HeadIssue, type HeadThresholdName } from './congestion-forecast.ts'
import type { ReliabilityReport } from './congestion-reliability.ts'
import type { ForecastQuantile } from './port.ts'
import { packColumns, unpackColumns } from './state-blob.ts'
import { RUNS_MIGRATIONS } from './schema.ts'

/** Of all elements only the newest issues are looked at. */
const KEPT_ISSUES = 24

/** A feeder head of an issue: what its probabilities were of. */
export interface KeptHead extends Omit<HeadIssue, 'quantilesKw'> {
  readonly issuedAt: number
  readonly from: number
  readonly stepS: number
}

export interface CongestionReader {
  latestCongestion(): Promise<CongestionIssue | undefined>
  /** When the newest was issued: for readers that keep it. */
  latestIssuedAt(): Promise<number | undefined>
  /** Of issues in the interval, ascending in time. */
  headIssues(issuedFrom: number, issuedTo: number): Promise<readonly KeptHead[]>
  /** Empty: none was told yet. */
  reliability(): Promise<readonly ReliabilityReport[]>
  close(): Promise<void>
}

type ToldQuantiles = readonly { readonly level: number; readonly kw: readonly (number | null)[] }[]
type Told = Omit<CongestionIssue, 'basis' | 'probability' | 'energyAboveKwh' | 'unknownShare' | 'loadingPct' | 'heads' | 'districtKw'> & {
  readonly basis: readonly number[]
  /** Powers of heads and district are of use as long as all elements are: only probabilities are kept for good. */
  readonly quantiles: { readonly heads: readonly { readonly section: string; readonly kw: ToldQuantiles }[]; readonly district: ToldQuantiles }
}
interface ToldHead { readonly ratingKw: number | null; readonly thresholds: readonly { readonly name: HeadThresholdName; readonly kw: number | null }[] }
interface CongestionRow { issued_at: number; told: string; body: Uint8Array }
interface HeadRow { issued_at: number; section: string; from_at: number; step_s: number; told: string; body: Uint8Array }

const doubles = (column: Float32Array): Float64Array => Float64Array.from(column)
const singles = (column: Float64Array): Float32Array => Float32Array.from(column)
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
/** To ten watts. */
const toldQuantiles = (quantiles: readonly ForecastQuantile[]): ToldQuantiles => quantiles.map(({ level, valuesKw }) => ({ level, kw: Array.from(valuesKw, (value) => orNull(Math.round(100 * value) / 100)) }))
const quantilesOf = (told: ToldQuantiles): ForecastQuantile[] => told.map(({ level, kw }) => ({ level, valuesKw: Float64Array.from(kw, (value) => value ?? NaN) }))

/** Made ready to run inside a transaction of the file. */
export function savingCongestion(database: DatabaseSync, issue: CongestionIssue): () => void {
  const { basis, probability, energyAboveKwh, unknownShare, loadingPct, heads, districtKw, ...rest } = issue
  const told: Told = { ...rest, basis: Array.from(basis), quantiles: { heads: heads.map(({ section, quantilesKw }) => ({ section, kw: toldQuantiles(quantilesKw) })), district: toldQuantiles(districtKw) } }
  // Shares are whole numbers of scenarios: they are kept as they are.
  const body = packColumns([unknownShare, ...probability].map(doubles), [...energyAboveKwh, ...loadingPct].map(doubles))
  const rows = heads.map(({ section, ratingKw, thresholds }) => ({
    section,
    told: { ratingKw: orNull(ratingKw), thresholds: thresholds.map(({ name, kw }) => ({ name, kw: orNull(kw) })) } satisfies ToldHead,
    body: packColumns(thresholds.map((one) => doubles(one.probability)), []),
  }))
  return () => {
    // Drawn anew of the same forecasts it would be the same: what is there stays.
    database.prepare('INSERT INTO congestion (issued_at, district_version, told, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING').run(issue.issuedAt, issue.districtVersion, JSON.stringify(told), body)
    const head = database.prepare('INSERT INTO congestion_head (issued_at, section, from_at, step_s, told, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
    for (const row of rows) head.run(issue.issuedAt, row.section, issue.from, issue.stepS, JSON.stringify(row.told), row.body)
    database.prepare('DELETE FROM congestion WHERE issued_at NOT IN (SELECT issued_at FROM congestion ORDER BY issued_at DESC LIMIT ?)').run(KEPT_ISSUES)
  }
}

export function saveReliability(database: DatabaseSync, at: number, reports: readonly ReliabilityReport[]): void {
  database.prepare('DELETE FROM congestion_reliability').run()
  database.prepare('INSERT INTO congestion_reliability (at, body) VALUES (?, ?)').run(at, JSON.stringify(reports))
}

/** When the newest forecasts were issued; undefined: never. */
export const latestForecastIssue = (database: DatabaseSync): number | undefined =>
  (database.prepare('SELECT max(issued_at) AS at FROM forecast').get() as { at: number | null }).at ?? undefined

/** When it was last told what the forecasts were worth, and whether there was anything to tell. */
export function lastReliability(database: DatabaseSync): { readonly at: number; readonly isEmpty: boolean } | undefined {
  const row = database.prepare('SELECT at, body FROM congestion_reliability').get() as { at: number; body: string } | undefined
  return row && { at: row.at, isEmpty: row.body === '[]' }
}

function headOf(row: HeadRow): KeptHead {
  const { ratingKw, thresholds } = JSON.parse(row.told) as ToldHead
  const columns = unpackColumns(row.body, thresholds.length)
  return {
    section: row.section, issuedAt: row.issued_at, from: row.from_at, stepS: row.step_s, ratingKw: ratingKw ?? NaN,
    thresholds: thresholds.map(({ name, kw }, k) => ({ name, kw: kw ?? NaN, probability: singles(columns[k]!) })),
  }
}

function queries(database: DatabaseSync) {
  const latest = database.prepare('SELECT * FROM congestion ORDER BY issued_at DESC LIMIT 1')
  const latestAt = database.prepare('SELECT max(issued_at) AS at FROM congestion')
  const headsOf = database.prepare('SELECT * FROM congestion_head WHERE issued_at = ? ORDER BY section')
  const heads = database.prepare('SELECT * FROM congestion_head WHERE issued_at >= ? AND issued_at < ? ORDER BY issued_at, section')
  const reliability = database.prepare('SELECT body FROM congestion_reliability')
  return {
    latestCongestion(): CongestionIssue | undefined {
      const row = latest.get() as unknown as CongestionRow | undefined
      if (row === undefined) return undefined
      const { quantiles, ...told } = JSON.parse(row.told) as Told
      const of = told.thresholdsPct.length
      const [unknownShare, ...columns] = unpackColumns(row.body, 1 + 2 * of + LOADING_LEVELS.length).map(singles)
      const kept = new Map((headsOf.all(row.issued_at) as unknown as HeadRow[]).map((head) => [head.section, headOf(head)]))
      return {
        ...told, basis: Uint8Array.from(told.basis), unknownShare: unknownShare!,
        probability: columns.slice(0, of), energyAboveKwh: columns.slice(of, 2 * of), loadingPct: columns.slice(2 * of),
        heads: quantiles.heads.map(({ section, kw }) => {
          const { ratingKw, thresholds } = kept.get(section)!
          return { section, ratingKw, thresholds, quantilesKw: quantilesOf(kw) }
        }),
        districtKw: quantilesOf(quantiles.district),
      }
    },
    latestIssuedAt: () => (latestAt.get() as { at: number | null }).at ?? undefined,
    headIssues: (from: number, to: number) => (heads.all(from, to) as unknown as HeadRow[]).map(headOf),
    reliability(): readonly ReliabilityReport[] {
      const row = reliability.get() as { body: string } | undefined
      return row === undefined ? [] : (JSON.parse(row.body) as ReliabilityReport[])
    },
  }
}

/** Of a connection that is open already. */
export const congestionOf = queries

/** For every other thread and process: answers with nothing until work has made the file. */
export function openCongestionReader(runsFile: string): CongestionReader {
  const awaited = openQuestions(runsFile, RUNS_MIGRATIONS, queries)
  return {
    latestCongestion: async () => awaited.ready()?.latestCongestion(),
    latestIssuedAt: async () => awaited.ready()?.latestIssuedAt(),
    headIssues: async (from, to) => awaited.ready()?.headIssues(from, to) ?? [],
    reliability: async () => awaited.ready()?.reliability() ?? [],
    async close() {
      awaited.close()
    },
  }
}
