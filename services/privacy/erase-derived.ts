import type { DatabaseSync } from 'node:sqlite'
import { validatedName } from '#services/evaluation/validate.ts'
import { emptySideFiles } from '#services/store/journal/erase-entries.ts'
import { transaction } from '#services/store/journal/transaction.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { eraseNames, eraseWhatIsThere } from './erase-measured.ts'
import type { ErasedSpan } from './port.ts'

/** Tables of runs.sqlite by what they say of one delivery point; a fit has learned from all of its past, so none of them stays. */
const LEARNED = ['past_forecast', 'winter_peak', 'forecast_skill', 'forecast_day_error', 'forecast_drift', 'newest_fit'] as const
const ISSUED = ['forecast', 'day_ahead'] as const

/** Everything that work owns of a delivery point: validated energies, forecasts of it and what was learned from it, findings on its meters. */
export const createDerivedErasing = (derived: Pick<TimeSeriesStore, 'lookup' | 'erase'>, runs: DatabaseSync) => async (span: ErasedSpan): Promise<number> =>
  (await eraseNames(derived, span.points.map(validatedName), span.from, span.to)) + (await eraseFromRuns(runs, span))

/** What the retention takes: the former holder's part. What was learned from it is renewed every night and stays. */
export const createDerivedRetention = (derived: Pick<TimeSeriesStore, 'lookup' | 'erase' | 'readMany'>, runs: DatabaseSync) => async ({ deliveryPoints, points, from, to }: { readonly deliveryPoints: readonly string[] } & Pick<ErasedSpan, 'points' | 'from' | 'to'>): Promise<number> => {
  runs.exec('PRAGMA secure_delete = ON')
  const removed = transaction(runs, () => {
    const drops = ISSUED.map((table) => runs.prepare(`DELETE FROM ${table} WHERE series = ? AND issued_at >= ? AND issued_at < ?`))
    const issued = deliveryPoints.reduce((sum, deliveryPoint) => drops.reduce((count, drop) => count + Number(drop.run(deliveryPoint, from, to).changes), sum), 0)
    return points.reduce((sum, point) => sum + dropFindings(runs, point, from, to), issued)
  })
  if (removed > 0) await emptySideFiles([runs])
  return removed + (await eraseWhatIsThere(derived, points.map(validatedName), from, to))
}

function dropFindings(runs: DatabaseSync, point: string, from: number, to: number): number {
  const findings = runs.prepare('DELETE FROM meter_finding WHERE point = ? AND to_at > ? AND from_at < ?').run(point, from, to).changes
  return Number(findings) + Number(runs.prepare('DELETE FROM day_quality WHERE point = ? AND day >= ? AND day < ?').run(point, from, to).changes)
}

async function eraseFromRuns(runs: DatabaseSync, { deliveryPoint, points, from, to }: ErasedSpan): Promise<number> {
  runs.exec('PRAGMA secure_delete = ON')
  const removed = transaction(runs, () => {
    const drop = (sql: string, ...values: (string | number)[]): number => Number(runs.prepare(sql).run(...values).changes)
    let count = 0
    for (const table of LEARNED) count += drop(`DELETE FROM ${table} WHERE series = ?`, deliveryPoint)
    // A forecast tells of the time before it was issued as well as of the time after.
    for (const table of ISSUED) count += drop(`DELETE FROM ${table} WHERE series = ? AND issued_at >= ?`, deliveryPoint, from)
    for (const point of points) count += dropFindings(runs, point, from, to)
    return count
  })
  if (removed > 0) await emptySideFiles([runs])
  return removed
}
