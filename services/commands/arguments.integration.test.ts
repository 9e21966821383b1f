import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { COMMANDS, commandLine } from './command-line.ts'

/** How the command line answers to what does not fit: mostly in this process, and a few times in one of its own, as an operator types it. */
const nowhere = join(import.meta.dirname, 'nowhere')
beforeAll(() => {
  vi.stubEnv('PENFELD_DATA', nowhere)
  // A command writes by what it is given, and never past it.
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation((text) => { throw new Error(`written past the command line: ${String(text)}`) })
})
afterAll(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

interface Outcome { readonly status: number | null; readonly stdout: string; readonly stderr: string }

async function penfeld(...args: readonly string[]): Promise<Outcome> {
  const written: string[] = []
  const complained: string[] = []
  const status = await commandLine(args, (line) => void written.push(`${line}\n`), (line) => void complained.push(`${line}\n`))
  return { status, stdout: written.join(''), stderr: complained.join('') }
}

function started(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  return { status, stdout, stderr }
}

test('every command says how it is called, and does nothing else', async () => {
  expect(Object.keys(COMMANDS).length).toBeGreaterThan(10)
  for (const [name, { usage }] of Object.entries(COMMANDS)) {
    expect(usage.split(' ')[0]).toBe(name)
    const { status, stdout, stderr } = await penfeld(name, '--help')
    expect({ status, first: stdout.split('\n')[0], stderr }).toEqual({ status: 0, first: `penfeld ${usage}`, stderr: '' })
  }
})

const WRONG: readonly (readonly [readonly string[], string])[] = [
  [['audit'], 'Say what: verify, list or export.'],
  [['audit', 'verify', 'a', 'b'], 'Give one folder.'],
  [['audit', 'list', '--from', 'yesterday'], '--from is "yesterday", expected a date such as 2026-01-31.'],
  [['audit', 'export'], 'Say where to: --out FILE.'],
  [['backup', '--two', 'x'], "Unknown option '--two'."],
  [['backup', '--to'], "Option '--to <value>' argument missing."],
  [['backup'], 'Say where the backup goes.'],
  [['backup', '--to', 'x', '--keep-days', 'many'], '--keep-days is "many", expected a number of days.'],
  [['backup', 'x'], "Unexpected argument 'x'."],
  [['backtest'], 'Give one file.'],
  [['backtest', 'x.csv', '--days', '1.5'], '--days is "1.5", expected whole days.'],
  [['backtest', 'x.csv', '--weather-error'], '--weather-error needs --weather.'],
  [['backtest', 'x.csv', '--site', '95,0'], '--site is "95,0", expected latitude and longitude in degrees such as 48.39,-4.49'],
  [['backtest', 'x.csv', '--report', 'x.pdf'], '--report is "x.pdf", expected a name that ends in .html or .md.'],
  [['check', 'a', 'b'], 'Give one folder.'],
  [['control-key', '--rotate'], "Unknown option '--rotate'."],
  [['doctor', '--json=yes'], "Option '--json' does not take an argument."],
  [['flow', '--fast'], "Unknown option '--fast'."],
  [['forecast', 'x.csv', '--production', 'pv', '--behind'], '--production is a meter of its own, --behind stands for one that is missing: give one of them.'],
  [['forecast', 'x.csv', '--horizon', '9'], '--horizon is "9", expected days from 1 to 7.'],
  [['forecast', 'x.csv', '--time-zone', 'Paris'], '--time-zone is "Paris", expected a name such as Europe/Paris.'],
  [['forecast', 'x.csv', '--holidays', 'uk'], '--holidays is "uk", expected fr or none.'],
  [['import'], 'Give one or more files.'],
  [['migrate-store', '--to', 'flux'], 'Say where to: --to influx, or --to embedded.'],
  [['quarantine', '--all'], "Unknown option '--all'."],
  [['replay', '--from', 'yesterday'], '--from is "yesterday", expected a date such as 2026-01-31.'],
  [['restore', 'a', '--force'], "Unknown option '--force'."],
  [['restore'], 'It needs the folder of one backup.'],
  [['run', '--dmeo'], "Unknown option '--dmeo'."],
  [['run', '--roles', 'collect,paint'], 'not "paint".'],
  [['study'], 'Give the folder of a district, or say what: list, show, verify or rerun.'],
  [['study', 'sign', 'x'], 'Give the folder of one district.'],
  [['study', 'x', '--horizon', 'soon'], '--horizon is "soon", expected a year such as 2040.'],
  [['study', 'list', 'x'], 'list takes nothing more.'],
  [['study', 'verify'], 'Give the id of one study; penfeld study list shows them.'],
  [['study', 'show', 'x', '--format', 'docx', '--out', 'y'], '--format is "docx", expected html, pdf, xlsx, json or tender.'],
  [['study', 'show', 'x', '--format', 'pdf'], 'Say where to: --out FILE.'],
  [['study', 'show', 'x', '--format', 'pdf', '--out', 'y', '--lang', 'br'], '--lang is "br", expected fr or en.'],
  [['verify', '--quick'], "Unknown option '--quick'."],
]
test.each(WRONG)('penfeld %j', async (args, message) => {
  const { status, stdout, stderr } = await penfeld(...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  // One line: what is wrong, and how it is called.
  expect(stderr).toMatch(/^[^\n]+\n$/)
  expect(stderr).toContain(message)
  expect(stderr).toContain(`Usage: penfeld ${COMMANDS[args[0]!]!.usage}\n`)
})

test('a command that is not there: the list, exit code 2; an inherited name is none', async () => {
  for (const name of ['bakup', 'toString']) {
    const { status, stdout } = await penfeld(name)
    expect(status).toBe(2)
    expect(stdout).toContain(`There is no command "${name}".`)
  }
})

test.each([[['backup', '--help']], [['bakup']], [['backup', '--two', 'x']], [['run', '--roles', 'collect,paint']]])('a process of its own answers the same: penfeld %j', async (args) => {
  const answer = started(resolve(import.meta.dirname, '../main.ts'), ...args)
  expect(answer).toEqual(await penfeld(...args))
})

test('every command loads under the Node that runs it', () => {
  const all = `const { COMMANDS } = await import(${JSON.stringify(join(import.meta.dirname, 'command-line.ts'))}); for (const { load } of Object.values(COMMANDS)) console.log(typeof await load())`
  expect(started('--input-type=module', '--eval', all)).toEqual({ status: 0, stdout: 'function\n'.repeat(Object.keys(COMMANDS).length), stderr: '' })
})
