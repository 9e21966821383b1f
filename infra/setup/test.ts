/** `npm test`: every test, kind after kind, with one closing line that counts them all. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const kinds = ['unit', 'integration', 'fault', 'browser']
const asked = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'penfeld-test-'))
let passed = 0
let failed = 0
for (const kind of asked.length > 0 ? asked : kinds) {
  const report = join(folder, `${kind}.json`)
  const startedMs = Date.now()
  process.stdout.write(`\n== ${kind} tests\n`)
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', kind, ...(kind === 'integration' ? ['--maxWorkers=4'] : []), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' } },
  )
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0)
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }
    passed += counted.numPassedTests
    // A file that could not even be loaded has no failed test of its own, and has failed all the same.
    const failures = counted.numFailedTests > 0 || status === 0 ? counted.numFailedTests : Math.max(1, counted.numFailedTestSuites)
    failed += failures
    process.stdout.write(`${kind}: ${counted.numPassedTests} passed, ${failures} failed, ${seconds} s\n`)
  } catch {
    failed += 1
    process.stdout.write(`${kind}: no report was written, ${seconds} s\n`)
  }
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
