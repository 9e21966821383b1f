import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type RunningService } from './e2e/service.ts'

/** What the runbooks tell an operator to type is typed here, beside a service that runs, and one that was stopped. */
const root = resolve(import.meta.dirname, '..')
const pages = join(root, 'docs/runbooks')
const names = readdirSync(pages).filter((name) => name.endsWith('.md') && name !== 'README.md')

let folder: string
let service: RunningService | undefined
const dataFolder = () => join(folder, 'data')
const start = () => startService({ historyDays: 1, dataFolder: dataFolder() })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-runbooks-'))
  mkdirSync(join(folder, 'bin'))
  const command = join(folder, 'bin/penfeld')
  writeFileSync(command, `#!/bin/sh\nexec ${process.execPath} --disable-warning=ExperimentalWarning ${join(root, 'services/main.ts')} "$@"\n`)
  chmodSync(command, 0o755)
  service = await start()
  writeFileSync(join(folder, 'told'), type('doctor', 'penfeld doctor || true', service.variables))
})
afterAll(async () => {
  await service?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const blocksOf = (name: string, kind: string): string[] => [...readFileSync(join(pages, name), 'utf8').matchAll(/^```(sh[^\n]*)\n([^]*?)^```/gm)].filter(([, words]) => words === kind).map(([, , text]) => text)

function type(name: string, text: string, variables: NodeJS.ProcessEnv): string {
  const backups = join(folder, 'backups', name)
  mkdirSync(backups, { recursive: true })
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: root, encoding: 'utf8', timeout: 60_000,
    env: { ...variables, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, BACKUPS: backups, TOLD: join(folder, 'told'), PENFELD_DISTRICT: variables['PENFELD_DISTRICT'] ?? join(root, 'fixtures/districts/capucins') },
  })
  expect(status, `${name}:\n${text}\n${stdout}\n${stderr}`).toBe(0)
  return stdout
}

test('every page has something to type, and names no page that is not there', () => {
  for (const name of names) {
    const text = readFileSync(join(pages, name), 'utf8')
    expect(text, name).toMatch(/\*\*Seen\.\*\*|A backup is made|Every file of the store/)
    for (const [, link] of text.matchAll(/\]\(([a-z-]+\.md)\)/g)) expect(names, name).toContain(link)
  }
  const listed = [...readFileSync(join(pages, 'README.md'), 'utf8').matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, link]) => link)
  expect(listed.sort()).toEqual([...names].sort())
})

/** Most pages ask the doctor first and look for one word in the answer: it is asked once, each page looks for its own. */
const asToldBefore = (text: string) => text.replace(/^penfeld doctor\b/gm, 'cat "$TOLD"')

test.each(names)('what %s tells to type beside a running service ends well', (name) => {
  for (const text of blocksOf(name, 'sh run')) type(name, asToldBefore(text), service!.variables)
})

test('the doctor has looked at everything, and the backup of the page on restoring', () => {
  const told = type('doctor', 'penfeld doctor || true', service!.variables)
  for (const subject of ['Node', 'Disk', 'District document', 'measured/journal.sqlite', 'Writer of measured', 'Source network', 'Counts of network', 'Pages: ready', 'Backup: the last verified one is 0 hours old']) expect(told).toContain(subject)
  expect(told).not.toContain('FAULT')
})

test('after a stop the backup is put in its place, and the service goes on from there', async () => {
  const { variables } = service!
  await service!.stop()
  service = undefined
  for (const text of blocksOf('restore.md', 'sh run stopped')) expect(type('restore.md', text, variables)).toContain('is as it was at')
  expect(readdirSync(folder).some((name) => name.startsWith('data.before-'))).toBe(true)
  service = await start()
  await expect.poll(async () => (await fetch(`${service!.url}/readyz`)).status, { timeout: 30_000 }).toBe(200)
  await expect.poll(() => type('doctor', 'penfeld doctor || true', service!.variables), { timeout: 60_000, interval: 3_000 }).not.toContain('FAULT')
})
