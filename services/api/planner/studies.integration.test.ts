import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { switchedDistrict } from '#services/evaluation/small-district.testkit.ts'
import { openStudies, type Studies, type StudyProgress } from './studies.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const ask = { node: 'P01.D1.J2', kva: 300, profile: 'constant', tanPhi: 0.3 }
const folder = mkdtempSync(join(tmpdir(), 'penfeld-studies-'))
const stores = { dataFolder: folder, influxUrl: undefined, timeZone: 'Europe/Paris' }
let studies: Studies | undefined
afterEach(async () => {
  await studies?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks until the study is no longer running, as a page does. */
async function ended<Study>(again: () => StudyProgress<Study>): Promise<StudyProgress<Study>> {
  for (;;) {
    const told = again()
    if (told.status !== 'running') return told
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a year is studied in a thread, over a store that nobody has written yet, and the answer is kept', { timeout: 60_000 }, async () => {
  studies = openStudies({ loaded: switchedDistrict(), stores })
  expect(studies.connection(ask, NOW)).toEqual({ status: 'running', share: 0 })
  const told = await ended(() => studies!.connection(ask, NOW))
  if (told.status !== 'done') throw new Error(JSON.stringify(told))
  expect(told.study).toMatchObject({ holds: false, measuredHours: 0, binding: { margin: { kind: 'current', element: 'P01.D1.S1' } } })
  expect(told.study.at.length).toBe(8760)
  expect(studies.connection(ask, NOW)).toBe(told)
  expect(Array.from({ length: 12 }, (_, k) => studies?.connection({ ...ask, kva: k + 1 }, NOW).status).filter((status) => status === 'busy').length).toBe(4)
})

test('the loss of a section is planned and a year is solved without it; what is no element of the medium voltage fails and says so', { timeout: 60_000 }, async () => {
  const loaded = switchedDistrict()
  studies = openStudies({ loaded, stores })
  const [section] = loaded.district.network.lineSections
  const told = await ended(() => studies!.outage(section!.id, NOW))
  if (told.status !== 'done') throw new Error(JSON.stringify(told))
  expect(told.study.year).toMatchObject({ id: section!.id, kind: 'section', firm: true })
  expect(told.study.year.plan.stages.map(({ name }) => name)).toEqual(['fault', 'remote', 'manual', 'repair'])
  expect(told.study.stageKwh).toHaveLength(4)
  expect(told.study.stageKwh[0]).toBeGreaterThan(0)
  expect(await ended(() => studies!.outage('castle', NOW))).toMatchObject({ status: 'failed', problem: expect.stringContaining('castle') })
})
