import type { DatabaseSync } from 'node:sqlite'
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import { RUNS_MIGRATIONS } from './schema.ts'
import type { WinterPeakReport } from './winter-peaks.ts'

export type Season = 'winter' | 'summer'

/** One suspicion of the balance: which element, how much, and what it looks like. */
export interface BalanceFinding {
  readonly kind: string
  readonly element: string | null
  readonly residualKw: number | null
  readonly residualPct: number | null
  readonly detail: string
}

/** How measured injection, measured and expected loads and computed losses agree over some days. */
export interface BalanceReport {
  readonly from: number
  readonly to: number
  readonly issuedAt: number
  /** Over the whole district, in percent of the measured heads; null without measurement. */
  readonly residualPct: number | null
  /** By transformer and LV feeder; the smallest new load it would show, in percent of what it carries, null without history. */
  readonly elements: readonly { readonly element: string; readonly residualKw: number | null; readonly residualPct: number | null; readonly smallestVisiblePct?: number | null }[]
  readonly findings: readonly BalanceFinding[]
}

/** What the district may draw with any one feeder head lost, in one season's ratings. */
export interface FirmImport {
  readonly season: Season
  readonly issuedAt: number
  readonly firmImportKw: number | null
  /** One for each lost head. */
  readonly contingencies: readonly { readonly lost: string; readonly firmImportKw: number | null; readonly limitingElement: string | null }[]
}

export interface FindingsReader {
  latestBalance(): Promise<BalanceReport | undefined>
  firmImport(districtVersion: string, season: Season): Promise<FirmImport | undefined>
  winterPeak(series: string): Promise<WinterPeakReport | undefined>
  close(): Promise<void>
}

export const seasonOf = (winterMonths: readonly number[], month: number): Season => (winterMonths.includes(month) ? 'winter' : 'summer')

export function saveBalance(database: DatabaseSync, report: BalanceReport, districtVersion: string): void {
  database
    .prepare('INSERT INTO balance (at, district_version, issued_at, body) VALUES (?, ?, ?, ?) ON CONFLICT (at, district_version) DO UPDATE SET issued_at = excluded.issued_at, body = excluded.body')
    .run(report.to, districtVersion, report.issuedAt, JSON.stringify(report))
}

export function saveFirmImport(database: DatabaseSync, seasons: readonly FirmImport[], districtVersion: string): void {
  const insert = database.prepare('INSERT INTO firm_import (district_version, season, firm_import_kw, issued_at, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (district_version, season) DO UPDATE SET firm_import_kw = excluded.firm_import_kw, issued_at = excluded.issued_at, body = excluded.body')
  for (const firm of seasons) insert.run(districtVersion, firm.season, firm.firmImportKw, firm.issuedAt, JSON.stringify(firm))
}

function queries(database: DatabaseSync) {
  const balance = database.prepare('SELECT body FROM balance ORDER BY at DESC, issued_at DESC LIMIT 1')
  const firm = database.prepare('SELECT body FROM firm_import WHERE district_version = ? AND season = ?')
  const winter = database.prepare('SELECT body FROM winter_peak WHERE series = ?')
  const parsed = <T>(row: unknown): T | undefined => (row === undefined ? undefined : (JSON.parse((row as { body: string }).body) as T))
  return {
    balance: () => parsed<BalanceReport>(balance.get()),
    firmImport: (districtVersion: string, season: Season) => parsed<FirmImport>(firm.get(districtVersion, season)),
    winterPeak: (series: string) => parsed<WinterPeakReport>(winter.get(series)),
  }
}

/** For the writer itself, which publishes with the firm import it has computed. */
export const findingsOf = queries

/** For the api: nothing yet until work has made the file. */
export function openFindingsReader(runsFile: string): FindingsReader {
  const awaited = openQuestions(runsFile, RUNS_MIGRATIONS, queries)
  return {
    latestBalance: async () => awaited.ready()?.balance(),
    firmImport: async (districtVersion, season) => awaited.ready()?.firmImport(districtVersion, season),
    winterPeak: async (series) => awaited.ready()?.winterPeak(series),
    async close() {
      awaited.close()
    },
  }
}
