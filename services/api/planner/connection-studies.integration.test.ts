import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { switchedDistrict } from '#services/evaluation/small-district.testkit.ts'
import { type ConnectionStudies, openConnectionStudies, type StudyProgress } from './connection-studies.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const ask = { node: 'P01.D1.J2', kva: 300, profile: 'constant', tanPhi: 0.3 }
const folder = mkdtempSync(join(tmpdir(), 'penfeld-studies-'))
let studies: ConnectionStudies | undefined
afterEach(async () => {
  await studies?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks until the study is no longer running, as a page does. */
async function ended(one: ConnectionStudies): Promise<StudyProgress> {
  for (;;) {
    const told = one.ask(ask, NOW)
    if (told.status !== 'running') return told
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a year is studied in a thread, over a store that nobody has written yet, and the answer is kept', { timeout: 60_000 }, async () => {
  studies = openConnectionStudies({ loaded: switchedDistrict(), measuredFolder: join(folder, 'measured') })
  expect(studies.ask(ask, NOW)).toEqual({ status: 'running', share: 0 })
  const told = await ended(studies)
  if (told.status !== 'done') throw new Error(JSON.stringify(told))
  expect(told.study).toMatchObject({ holds: false, measuredHours: 0, binding: { margin: { kind: 'current', element: 'P01.D1.S1' } } })
  expect(told.study.at.length).toBe(8760)
  expect(studies.ask(ask, NOW)).toBe(told)
  expect(Array.from({ length: 12 }, (_, k) => studies?.ask({ ...ask, kva: k + 1 }, NOW).status).filter((status) => status === 'busy').length).toBe(4)
})
