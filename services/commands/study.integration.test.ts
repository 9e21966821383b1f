import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { sampleDistrict } from '#models/district/sample-district.ts'
import { sampleFrozen, sampleResult } from '#models/reinforcement/sample-study.testkit.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { basisOf } from '#services/studies/district-basis.ts'
import type { KeptStudies } from '#services/studies/port.ts'
import { openStudyStore } from '#services/studies/study-store.ts'
import { studyCommand, type StudyCommandParts } from './study.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const ANNE = { personId: 1, name: 'Anne' }
let folder: string
let store: KeptStudies
let studyId: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-study-'))
  mkdirSync(join(folder, 'district'))
  writeFileSync(join(folder, 'district/district.yaml'), stringify(sampleDistrict()))
  store = openStudyStore(join(folder, 'data'))
  const before = sampleDistrict()
  studyId = store.keep({ title: 'Halles', note: 'for the council', runId: 'run-1', result: sampleResult(), frozen: sampleFrozen(), basis: basisOf({ ...before, thresholds: { ...before.thresholds, limitLoadingPct: 50 } }) }, ANNE, NOW).studyId
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const text: StudyCommandParts['studyDocuments']['html'] = (_result, lang, { title, untraceable }) => `${lang} ${title} ${untraceable?.length}`
const bytes = () => Buffer.from('%PDF-')
async function study(args: string[], parts: Partial<StudyCommandParts> = {}, districtFolder = join(folder, 'district')) {
  const lines: string[] = []
  const environment = () => readEnvironment({ PENFELD_DATA: join(folder, 'data'), PENFELD_DISTRICT: districtFolder })
  const command = studyCommand({ runStudy: async ({ ask }) => sampleResult(ask), studyDocuments: { html: text, pdf: bytes, xlsx: bytes, json: text, tender: () => 'tender' }, ...parts }, environment)
  return { exit: await command(args, (line) => void lines.push(line)), text: lines.join('\n') }
}

test('what is kept, newest first; nothing before the service has made the file', async () => {
  store.sign(studyId, { personId: 2, name: 'Paul' }, NOW + 60_000)
  expect(await study(['list'])).toEqual({ exit: 0, text: `${studyId}  Halles, version 1: kept 2026-01-14 12:00 by Anne, signed 2026-01-14 12:01 by Paul` })
  store.close()
  rmSync(join(folder, 'data'), { recursive: true })
  expect(await study(['list'])).toEqual({ exit: 0, text: 'No study is kept.' })
  store = openStudyStore(join(folder, 'data'))
})

test('in a few lines, or as a document in a file', async () => {
  expect((await study(['show', studyId])).text).toContain('Answer: flexibility, first constrained 2034, 84002 EUR present value.')
  const out = join(folder, 'out')
  expect(await study(['show', studyId, '--format', 'html', '--lang', 'en', '--out', out])).toEqual({ exit: 0, text: `Halles, version 1: ${out}` })
  // The other district is an input that has changed.
  expect(readFileSync(out, 'utf8')).toBe('en Halles 1')
  await study(['show', studyId, '--format', 'pdf', '--out', out])
  expect(readFileSync(out)).toEqual(bytes())
  await study(['show', studyId, '--format', 'tender', '--out', out])
  expect(readFileSync(out, 'utf8')).toBe('tender')
  await expect(study(['show', 'nothing'])).rejects.toThrow('PF_NOT_FOUND')
})

test('verify: 0 if signed here and unchanged, with the sum, the key and what has changed of the inputs', async () => {
  const unsigned = await study(['verify', studyId])
  expect(unsigned.exit).toBe(1)
  expect(unsigned.text).toContain('It is not signed')
  const { sha256, signed } = store.sign(studyId, ANNE, NOW)
  const held = await study(['verify', studyId])
  expect(held.exit).toBe(0)
  for (const part of ['The signature holds', sha256, signed!.publicKey, '  changed: thresholds, since ']) expect(held.text).toContain(part)
  // Without a district the signature is checked all the same.
  const alone = await study(['verify', studyId], {}, join(folder, 'nowhere'))
  expect(alone.exit).toBe(0)
  expect(alone.text).toContain('What has changed of its inputs since cannot be told')
  const file = new DatabaseSync(join(folder, 'data/studies.sqlite'))
  file.exec("DROP TRIGGER study_stays; DROP TRIGGER signed_study_stays; UPDATE study SET created_by = 'Eve'")
  file.close()
  const changed = await study(['verify', studyId])
  expect(changed.exit).toBe(1)
  expect(changed.text).toContain('CHANGED')
})

test('rerun: over what was frozen, 0 if every figure is the same, else which are not; nothing is written', async () => {
  const asked: unknown[] = []
  const same = await study(['rerun', studyId], { runStudy: async (input) => (asked.push({ ...input, district: input.district.thresholds }), sampleResult(input.ask, '2030-01-01T00:00:00.000Z')) })
  expect(same).toEqual({ exit: 0, text: 'Halles, version 1: every figure came out the same.' })
  // The limits are those of then.
  expect(asked).toEqual([{ ask: sampleResult().ask, computedAt: Date.parse(sampleResult().computedAt), frozen: sampleFrozen(), district: { ...sampleDistrict().thresholds, limitLoadingPct: 50 } }])
  const other = await study(['rerun', studyId], { runStudy: async ({ ask }) => ({ ...sampleResult(ask), breakEven: null }) })
  expect(other).toMatchObject({ exit: 1, text: expect.stringContaining('  breakEven.factor') })
  expect(store.list()).toHaveLength(1)
  expect(store.events(studyId).map(({ act }) => act)).toEqual(['kept'])
})
