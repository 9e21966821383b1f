import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** How the command line answers to what does not fit, in a process of its own as an operator types it. */
const main = resolve(import.meta.dirname, '../main.ts')
const penfeld = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', PENFELD_DATA: join(import.meta.dirname, 'nowhere') } })
  return { status, stdout, stderr }
}
const usages = [...readFileSync(main, 'utf8').matchAll(/^ {4}usage: '([^']+)'/gm)].map(([, usage]) => usage)

test('every command says how it is called, and does nothing else', () => {
  expect(usages.length).toBeGreaterThan(10)
  for (const usage of usages) {
    const [name] = usage.split(' ')
    const { status, stdout, stderr } = penfeld(name, '--help')
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
test.each(WRONG)('penfeld %j', (args, message) => {
  const { status, stdout, stderr } = penfeld(...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  const usage = usages.find((one) => one.split(' ')[0] === args[0])!
  // One line: what is wrong, and how it is called.
  expect(stderr).toMatch(/^[^\n]+\n$/)
  expect(stderr).toContain(message)
  expect(stderr).toContain(`Usage: penfeld ${usage}\n`)
})

test('a command that is not there: the list, exit code 2; an inherited name is none', () => {
  for (const name of ['bakup', 'toString']) {
    const { status, stdout } = penfeld(name)
    expect(status).toBe(2)
    expect(stdout).toContain(`There is no command "${name}".`)
  }
})
