import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ActivationChange } from '#models/flexibility/activation.ts'
import { openActivationStore, type ActivationFiles } from './activation-store.ts'
import { DAY, eveningCongestion, flexibleDistrict, hour, PROPOSED_AT, sampleContract } from './flexible-district.testkit.ts'
import { dayToPropose, proposeDay } from './propose.ts'

let folder: string
let files: ActivationFiles
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-flex-'))
  files = { activations: join(folder, 'activations.sqlite'), answers: join(folder, 'answers.sqlite') }
})
afterEach(() => rmSync(folder, { recursive: true }))

const { district } = flexibleDistrict(sampleContract())
const nextDay = { from: DAY, to: DAY + 86_400_000 }
const change = (activationId: string, kind: ActivationChange['kind'], at: number): ActivationChange => ({ activationId, at, kind, by: 'Yann', reason: null, body: null })

test('what is proposed is kept with its contract, read by the other process, and answered in a file of its own', () => {
  const api = openActivationStore(files, 'answers')
  expect(api.between(0, Infinity)).toEqual([])
  const work = openActivationStore(files, 'activations')
  const proposal = proposeDay(district, work, eveningCongestion(), nextDay, PROPOSED_AT, new Map())
  expect(proposal).toMatchObject({ day: DAY, activationIds: [expect.stringMatching(/^[0-9a-f]{16}$/)], shortfalls: [], unjudged: [], actAtProbability: 0.2 })
  const [one] = api.between(DAY, DAY + 86_400_000)
  expect(one).toMatchObject({ contractId: 'office', state: 'proposed', from: hour(18), to: hour(20), kw: 20, elements: ['P01.T1'], probability: 0.5, contract: { activationEurPerMwh: 200 } })
  api.add([change(one!.activationId, 'approved', PROPOSED_AT + 1)])
  for (const store of [api, work]) expect(store.activation(one!.activationId)).toMatchObject({ state: 'approved' })
  work.add([change(one!.activationId, 'notified', PROPOSED_AT + 2)])
  expect(api.activation(one!.activationId)!.changes.map(({ kind, by }) => [kind, by])).toEqual([['proposed', 'congestion-forecast'], ['approved', 'Yann'], ['notified', 'Yann']])
  work.close()
  api.close()
})

test('the history can only be added to', () => {
  const work = openActivationStore(files, 'activations')
  proposeDay(district, work, eveningCongestion(), nextDay, PROPOSED_AT, new Map())
  work.close()
  const database = new DatabaseSync(files.activations)
  for (const sql of ["UPDATE change SET by = 'me'", 'DELETE FROM change']) expect(() => database.exec(sql)).toThrow('append-only')
  database.close()
})

test('a day is proposed once, from nine o\u2019clock on, when the forecast tells all of it', () => {
  const work = openActivationStore(files, 'activations')
  const issue = eveningCongestion()
  expect(dayToPropose(district, work, issue, PROPOSED_AT)).toEqual(nextDay)
  expect(dayToPropose(district, work, undefined, PROPOSED_AT)).toBeUndefined()
  expect(dayToPropose(district, work, { ...issue, steps: 40 }, PROPOSED_AT)).toBeUndefined()
  expect(dayToPropose(district, work, issue, DAY - 16 * 3_600_000)).toBeUndefined()
  expect(dayToPropose(flexibleDistrict().district, work, issue, PROPOSED_AT)).toBeUndefined()
  proposeDay(district, work, issue, nextDay, PROPOSED_AT, new Map())
  expect(dayToPropose(district, work, issue, PROPOSED_AT)).toBeUndefined()
  // Made twice all the same, none of it counts twice.
  expect(() => proposeDay(district, work, issue, nextDay, PROPOSED_AT, new Map())).toThrow()
  expect(work.between(DAY, DAY + 86_400_000)).toHaveLength(1)
  work.close()
})

test('hours that are planned are taken off those of the year, and what is short is kept', () => {
  const work = openActivationStore(files, 'activations')
  const scarce = flexibleDistrict(sampleContract({ hoursAYear: 3 })).district
  proposeDay(scarce, work, eveningCongestion(), nextDay, PROPOSED_AT, new Map())
  const issue = eveningCongestion()
  const later = 24 * 3_600_000
  const proposal = proposeDay(scarce, work, { ...issue, from: issue.from + later }, { from: nextDay.to, to: nextDay.to + later }, PROPOSED_AT + later, new Map())
  expect(work.between(nextDay.to, Infinity)).toMatchObject([{ from: hour(42), to: hour(43) }])
  expect(proposal.shortfalls).toMatchObject([{ element: 'P01.T1', from: hour(43), to: hour(44), why: 'not-enough' }])
  work.close()
})

test('a contract that hangs elsewhere relieves nothing here', () => {
  const work = openActivationStore(files, 'activations')
  const elsewhere = flexibleDistrict(sampleContract({ node: district.deliveryPoints[4]!.node! })).district
  const proposal = proposeDay(elsewhere, work, eveningCongestion(), nextDay, PROPOSED_AT, new Map())
  expect(proposal).toMatchObject({ activationIds: [], shortfalls: [{ element: 'P01.T1', mostKw: 20, why: 'no-contract' }] })
  work.close()
})
