/** Makes docs/faults.md from the list of experiments and the committed results: what was tried, how, and what came out. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { EXPERIMENTS } from './experiments.ts'
import type { ExperimentResult } from './lab/report.ts'

const root = resolve(import.meta.dirname, '../..')
export const RESULTS = join(import.meta.dirname, 'results.jsonl')
export const PAGE = join(root, 'docs/faults.md')

export const readResults = (file: string): ExperimentResult[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as ExperimentResult) : []

/** The newest result of each part in each form, in the order of the list. */
export function newestOf(results: readonly ExperimentResult[]): ExperimentResult[] {
  const newest = new Map(results.map((result) => [`${result.experiment} ${result.part} ${result.form}`, result]))
  return [...newest.values()].sort((left, right) => left.experiment - right.experiment || left.part.localeCompare(right.part, 'en') || left.form.localeCompare(right.form, 'en'))
}

export function faultsPage(results: readonly ExperimentResult[]): string {
  const lines = [
    '# Fault experiments',
    '',
    'What Penfeld was made to suffer, and what came out. `npm test` runs the small forms; `npm run fault [-- NUMBER]` the full counts,',
    'and writes this page from `infra/fault/results.jsonl`. `PENFELD_FAULT_SEED=N` runs one again with the seed named here.',
    'Every source keeps a ledger on disk of what it gave; the store is compared with it, bit by bit.',
    '',
    '| # | fault | how | passes when | outcome |',
    '|---|---|---|---|---|',
    ...EXPERIMENTS.map(({ number, what, how, pass, notRun }) => `| ${number} | ${what} | ${how} | ${pass} | ${outcome(results.filter(({ experiment }) => experiment === number), notRun)} |`),
    '',
    '## Measured',
    '',
    '| # | part | form | faults | values | became of them | recovery p50 / p99 / max | else | took | seed | when |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(row),
    '',
    results.length === 0 ? 'Nothing was run yet.' : `Machine: ${[...new Set(results.map(({ machine }) => machine))].join('; ')}, shared with other work.`,
    '',
  ]
  return lines.join('\n')
}

function outcome(results: readonly ExperimentResult[], notRun: string | undefined): string {
  if (results.length === 0) return `not run: ${notRun ?? 'nobody has yet'}`
  const parts = new Set(results.map(({ part }) => part))
  const of = (form: ExperimentResult['form']) => {
    const some = results.filter((result) => result.form === form)
    if (some.length === 0) return `${form}: not run`
    const failed = some.filter(({ pass }) => !pass)
    if (failed.length > 0) return `${form}: **failed** (${failed.map(({ part }) => part).join(', ')})`
    // What was left out must not look as if it held.
    const left = [...parts].filter((part) => !some.some((result) => result.part === part))
    return `${form}: holds${parts.size === 1 ? ` (${[...parts][0]})` : ''}${left.length === 0 ? '' : `, not run: ${left.join(', ')}`}`
  }
  return `${of('small')}; ${of('full')}`
}

function row(result: ExperimentResult): string {
  const { experiment, part, form, pass, faults, produced, recoveryMs, seconds, seed, at, measured, failure } = result
  const became = (['stored', 'deduplicated', 'quarantined', 'dropped'] as const).filter((name) => result[name] !== null).map((name) => `${count(result[name]!)} ${name}`)
  const recovery = recoveryMs === null ? '' : `${ms(recoveryMs.p50)} / ${ms(recoveryMs.p99)} / ${ms(recoveryMs.max)}`
  const more = [...(pass ? [] : [`**failed**: ${cell(failure ?? '')}`]), ...Object.entries(measured).map(([name, value]) => `${name} ${typeof value === 'number' ? count(value) : cell(value)}`)]
  return `| ${experiment} | ${cell(part)} | ${form} | ${count(faults)} | ${produced === null ? '' : count(produced)} | ${became.join(', ')} | ${recovery} | ${more.join(', ')} | ${seconds} s | ${seed} | ${at.slice(0, 10)} |`
}

const count = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 })
const ms = (value: number) => (value < 1_000 ? `${value} ms` : `${(value / 1_000).toFixed(1)} s`)
const cell = (text: string) => text.replaceAll('|', '/').replaceAll(/\s+/g, ' ').slice(0, 160)

/** Takes results of a run over into the committed ones. */
export function takeOver(more: readonly ExperimentResult[]): void {
  const results = newestOf([...readResults(RESULTS), ...more])
  writeFileSync(RESULTS, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  writeFileSync(PAGE, faultsPage(results))
}

if (import.meta.main) takeOver([])
