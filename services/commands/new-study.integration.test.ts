import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { smallLoaded, smallStudy } from '#services/reinforcement/small-study.testkit.ts'
import { studyParts } from '#services/reinforcement/study-parts.ts'
import { newStudy } from './new-study.ts'
import { WrongArguments } from './wrong-arguments.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-new-study-'))
const district = join(folder, 'district')
beforeAll(() => {
  mkdirSync(district)
  writeFileSync(join(district, 'district.yaml'), stringify({ ...smallLoaded().district, study: smallStudy({ arrivalKw: 120 }) }, { aliasDuplicateObjects: false }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function study(...args: string[]) {
  const lines: string[] = []
  const environment = readEnvironment({ PENFELD_DATA: join(folder, 'data'), PENFELD_CLOCK: '2026-01-10T12:00:00Z,1' })
  return { code: await newStudy(args, (line) => void lines.push(line), { ...studyParts, environment }), lines, text: lines.join('\n') }
}

it('makes a study of a folder without measurements, says what it stands on, and prints it in every form', async () => {
  const out = join(folder, 'printed')
  const { code, lines, text } = await study(district, '--quick', '--lang', 'en', '--out', out)
  expect(code).toBe(0)
  expect(text).toContain('No measurements of this district')
  expect(text).toContain('Without any curve, and so drawn level: dwelling')
  // Half of the years are looked at: 2029 and 2030.
  expect(text).toMatch(/P01\.D1\.S1 +from 2029, at most/)
  expect(text).toMatch(/\* reinforce +holds/)
  expect(text).toMatch(/Answer: reinforce, first constrained year 2029/)
  const files = ['study.html', 'study.pdf', 'study.xlsx', 'study.json', 'tender.html'].map((name) => join(out, name))
  expect(lines.slice(-5)).toEqual(files)
  const [html, pdf, xlsx, json, tender] = files.map((file) => readFileSync(file))
  expect(html.toString()).toContain('<html')
  expect(html.toString()).toContain('P01.D1.S1')
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(xlsx.subarray(0, 2).toString()).toBe('PK')
  expect(tender.toString()).toContain('<html')
  const kept = JSON.parse(json.toString()) as { result?: StudyResult } & Partial<StudyResult>
  const result = kept.result ?? kept
  expect(result.ask).toMatchObject({ depth: 'quick', fromYear: 2027, toYear: 2030 })
  expect(result.portfolios![result.recommended!].status).toBe('holds')
  expect(result.states!.notSettled).toBe(0)
})

it('looks as far ahead as it is told', async () => {
  const { text } = await study(district, '--quick', '--horizon', '2028')
  expect(text).toContain('2027 to 2028, 2 scenarios, 1 weather years.')
})

it.each([[[]], [['a', 'b']], [['a', '--horizon', 'soon']], [['a', '--lang', 'de']]])('refuses %j and says what it expects', async (args) => {
  await expect(study(...args)).rejects.toBeInstanceOf(WrongArguments)
})
