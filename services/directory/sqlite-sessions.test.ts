import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { openDirectory } from './directory.ts'
import type { Directory } from './port.ts'
import { sessionContract } from './sessions-contract.ts'

let folder: string
let directory: Directory
let now: number
let people: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-sessions-'))
  now = 1_000_000
  people = 0
  directory = openDirectory(join(folder, 'directory.sqlite'), () => now)
})
afterEach(() => {
  directory.close()
  rmSync(folder, { recursive: true, force: true })
})

sessionContract(() => ({
  store: directory.sessions,
  person: () => directory.enrol({ issuer: 'i', subject: `person-${++people}`, name: '', roles: [], holders: [] }),
  move: (ms) => { now += ms },
  now: () => now,
}))
