/** `npm test`: every test, kind after kind, with one closing line that counts them all. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

interface Report {
  numPassedTests: number
  testResults: { name: string; status: string; message: string; assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[]
}

const root = resolve(import.meta.dirname, '../..')
const kinds = ['models', 'unit', 'integration', 'fault', 'fault-service', 'browser']
const asked = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'penfeld-test-'))
let passed = 0
let failed = 0
/** Said again before the closing line: who reads only the end of a long output still learns what failed. */
const failures: string[] = []
for (const kind of asked.length > 0 ? asked : kinds) {
  const report = join(folder, `${kind}.json`)
  const startedMs = Date.now()
  process.stdout.write(`\n== ${kind} tests\n`)
  const { status, signal } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', kind, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' } },
  )
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0)
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as Report
    passed += counted.numPassedTests
    const here = failuresOf(counted)
    const failedHere = status === 0 ? here.length : Math.max(1, here.length)
    failed += failedHere
    failures.push(...here)
    process.stdout.write(`${kind}: ${counted.numPassedTests} passed, ${failedHere} failed, ${seconds} s\n`)
  } catch {
    failed += 1
    process.stdout.write(`${kind}: no report was written, ended by ${signal ?? `code ${status}`}, ${seconds} s\n`)
  }
}
if (failures.length > 0) process.stdout.write(`\n== failed\n${failures.join('\n')}\n`)
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

/** One text for each failed test, and for each file that could not even be loaded: it has no failed test of its own, and has failed all the same. */
function failuresOf(report: Report): string[] {
  return report.testResults.filter(({ status }) => status === 'failed').flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed')
    const told = tests.length > 0 ? tests.map(({ fullName, failureMessages }) => `${fullName}\n    ${failureMessages.join('\n').split('\n').filter((line) => !line.includes('node_modules')).join('\n    ').slice(0, 1500)}`) : [message.slice(0, 1500)]
    return told.map((text) => `${relative(root, name)}: ${text}`)
  })
}
