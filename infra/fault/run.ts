/** `npm run fault [-- NUMBER|NAME...] [--small]`: experiments at full count, one after the other; results and docs/faults.md are renewed. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readResults, takeOver } from './table.ts'

const root = resolve(import.meta.dirname, '../..')
const { asked, small, minutes } = readArguments(process.argv.slice(2))
const files = globSync('{infra,services}/**/*.fault.test.ts', { cwd: root }).sort()
const numbersIn = (file: string) => [...readFileSync(join(root, file), 'utf8').matchAll(/\bexperiment\((\d+),/g)].map(([, number]) => number)
const chosen = asked.length === 0 ? files : files.filter((file) => asked.some((name) => (/^\d+$/.test(name) ? numbersIn(file).includes(name) : file.includes(name))))
if (chosen.length === 0) {
  process.stderr.write(`No experiment is called ${asked.join(' ')}. There are:\n${files.map((file) => `  ${numbersIn(file).join(' ').padEnd(10)} ${file}\n`).join('')}`)
  process.exit(2)
}

const reports = mkdtempSync(join(tmpdir(), 'penfeld-faults-'))
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'fault', '--project', 'fault-service', '--no-file-parallelism', '--testTimeout', String(4 * 3_600_000), ...chosen], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    PENFELD_FAULT_FULL: small ? '0' : '1',
    PENFELD_FAULT_REPORT: reports,
    // A file may hold several experiments: only those asked for are run at full count.
    PENFELD_FAULT_ONLY: asked.filter((name) => /^\d+$/.test(name)).join(','),
    ...(minutes === undefined ? {} : { PENFELD_FAULT_MINUTES: minutes }),
    PENFELD_FUZZ_RUNS: process.env['PENFELD_FUZZ_RUNS'] ?? (small ? '50000' : '1000000'),
  },
})
takeOver(readResults(join(reports, 'results.jsonl')))
rmSync(reports, { recursive: true, force: true })
process.exitCode = status ?? 1

function readArguments(args: readonly string[]): { asked: string[]; small: boolean; minutes: string | undefined } {
  const at = args.indexOf('--minutes')
  const names = args.filter((argument, index) => !argument.startsWith('--') && (at < 0 || index !== at + 1))
  return { asked: names, small: args.includes('--small'), minutes: at < 0 ? undefined : args[at + 1] }
}
