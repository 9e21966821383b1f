/** Every run of an experiment leaves one object: what was done, what became of the values, how long recovery took. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { FULL } from './full.ts'
import { faultSeed, seededRandom, type Random } from './random.ts'

const root = resolve(import.meta.dirname, '../../..')

export interface ExperimentResult {
  /** Number in the list of experiments, and the part of it where it has several (a decoder, a kind of store). */
  readonly experiment: number
  readonly part: string
  readonly form: 'small' | 'full'
  readonly pass: boolean
  readonly seed: number
  /** Faults put in: kills, cuts, damaged inputs. */
  readonly faults: number
  readonly produced: number | null
  readonly stored: number | null
  readonly deduplicated: number | null
  readonly quarantined: number | null
  readonly dropped: number | null
  /** From the end of the fault to the next value stored (or as the part says). */
  readonly recoveryMs: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly seconds: number
  /** Other numbers that the experiment is judged by, by a name with its unit. */
  readonly measured: Readonly<Record<string, number | string>>
  readonly at: string
  readonly machine: string
  readonly failure?: string
}

export interface ExperimentRun {
  readonly random: Random
  readonly full: boolean
  /** One more fault was put in (or so many). */
  fault(count?: number): void
  /** Time of one recovery. */
  recovered(ms: number): void
  /** What became of the values; called again it replaces. */
  values(counts: Partial<Pick<ExperimentResult, 'produced' | 'stored' | 'deduplicated' | 'quarantined' | 'dropped'>>): void
  measure(name: string, value: number | string): void
}

/**
 * Runs the body of an experiment inside a test and reports it, passed or failed. The seed is printed;
 * `PENFELD_FAULT_SEED` runs it again with that one.
 */
export async function experiment(number: number, part: string, body: (run: ExperimentRun) => Promise<void> | void, usualSeed = number): Promise<void> {
  const random = seededRandom(faultSeed(usualSeed))
  const recoveries: number[] = []
  const measured: Record<string, number | string> = {}
  let faults = 0
  let counted: Partial<Pick<ExperimentResult, 'produced' | 'stored' | 'deduplicated' | 'quarantined' | 'dropped'>> = {}
  const begunMs = performance.now()
  const report = (failure?: unknown) => {
    const { produced = null, stored = null, deduplicated = null, quarantined = null, dropped = null } = counted
    writeResult({
      experiment: number, part, form: FULL ? 'full' : 'small', pass: failure === undefined, seed: random.seed, faults,
      produced, stored, deduplicated, quarantined, dropped,
      recoveryMs: percentiles(recoveries), seconds: Math.round((performance.now() - begunMs) / 100) / 10, measured,
      at: new Date().toISOString(), machine: `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`,
      ...(failure === undefined ? {} : { failure: (failure instanceof Error ? failure.message : String(failure)).slice(0, 500) }),
    })
  }
  try {
    await body({
      random,
      full: FULL,
      fault: (count = 1) => { faults += count },
      recovered: (ms) => void recoveries.push(ms),
      values: (counts) => { counted = { ...counted, ...counts } },
      measure: (name, value) => { measured[name] = typeof value === 'number' ? Number(value.toPrecision(6)) : value },
    })
  } catch (failure) {
    report(failure)
    throw failure
  }
  report()
}

/** Folder of the results of this run: `PENFELD_FAULT_REPORT`, else beside what else this machine keeps. */
export const reportFolder = (): string => process.env['PENFELD_FAULT_REPORT'] ?? join(root, 'var/faults')

function writeResult(result: ExperimentResult): void {
  const line = `${JSON.stringify(result)}\n`
  process.stdout.write(line)
  mkdirSync(reportFolder(), { recursive: true })
  appendFileSync(join(reportFolder(), 'results.jsonl'), line)
}

export function percentiles(ms: readonly number[]): ExperimentResult['recoveryMs'] {
  if (ms.length === 0) return null
  const sorted = ms.toSorted((left, right) => left - right)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)])
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
