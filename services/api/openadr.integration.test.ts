import type { FastifyInstance } from 'fastify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openActivationStore, type ActivationStore } from '#services/flexibility/activation-store.ts'
import { DAY, eveningCongestion, flexibleDistrict, hour, PROPOSED_AT, sampleContract } from '#services/flexibility/flexible-district.testkit.ts'
import { programIdOf } from '#services/flexibility/openadr.ts'
import { proposeDay } from '#services/flexibility/propose.ts'
import { buildApp } from './app.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

const TOKENS: Readonly<Record<string, string>> = { OFFICE_VEN_TOKEN: 'token-of-the-office', OTHER_VEN_TOKEN: 'token-of-the-other' }
let folder: string
let work: ActivationStore
let answers: ActivationStore
let example: Example
let app: FastifyInstance
let clock: ReturnType<typeof manualClock>
let activationId: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-openadr-'))
  const files = { activations: join(folder, 'activations.sqlite'), answers: join(folder, 'answers.sqlite') }
  work = openActivationStore(files, 'activations')
  answers = openActivationStore(files, 'answers')
  clock = manualClock(PROPOSED_AT)
  const office = sampleContract({ id: 'office.quay', notices: { openAdr: { venName: 'office-ven', token: 'OFFICE_VEN_TOKEN', callbackOrigin: 'https://node.example' } }, safeState: 'release' })
  const other = sampleContract({ id: 'other', activationEurPerMwh: 900, notices: { openAdr: { venName: 'other-ven', token: 'OTHER_VEN_TOKEN' } } })
  const loaded = flexibleDistrict(office, other, sampleContract({ id: 'unset', notices: { openAdr: { venName: 'unset', token: 'UNSET_TOKEN' } }, hoursAYear: 0.1 }))
  ;[activationId] = proposeDay(loaded.district, work, eveningCongestion(), { from: DAY, to: hour(24) }, PROPOSED_AT, new Map()).activationIds as [string]
  example = exampleDeps({ district: loaded, clock, activations: answers, secret: (name) => TOKENS[name], requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
})
afterEach(async () => {
  await app.close()
  example.dispose()
  work.close()
  answers.close()
  rmSync(folder, { recursive: true })
})

const as = (token: string) => ({ authorization: `Bearer ${token}` })
const get = async (url: string, token = TOKENS['OFFICE_VEN_TOKEN']!) => {
  const { statusCode, body, headers } = await app.inject({ url, headers: as(token) })
  return { statusCode, headers, body: JSON.parse(body) as Record<string, unknown> & Record<string, unknown>[] }
}
const report = (state: string, more: object = {}) => ({ programID: programIdOf('office.quay'), eventID: activationId, clientName: 'office-ven', resources: [{ resourceName: 'office.quay', intervals: [{ id: 0, payloads: [{ type: 'OPERATING_STATE', values: [state] }] }] }], ...more })
const post = (payload: object, token = TOKENS['OFFICE_VEN_TOKEN']!) => app.inject({ method: 'POST', url: ROUTES.openAdr.reports, headers: as(token), payload })
const told = () => {
  const at = clock.now()
  answers.add([{ activationId, at, kind: 'approved', by: 'yann', reason: null, body: null }])
  work.add([{ activationId, at, kind: 'notified', by: 'clock', reason: null, body: { outcomes: [] } }])
}
const state = () => answers.activation(activationId)!.state

test('a program and a node for each contract, an event once it is told, in the shapes of the specification', async () => {
  expect((await get(ROUTES.openAdr.events)).body).toEqual([])
  told()
  const { body: [event, ...more], headers } = await get(ROUTES.openAdr.events)
  expect(headers['cache-control']).toBe('private, no-store')
  expect(more).toEqual([])
  expect(event).toMatchObject({
    id: activationId, objectType: 'EVENT', programID: programIdOf('office.quay'), targets: [{ type: 'VEN_NAME', values: ['office-ven'] }],
    intervalPeriod: { start: '2026-06-17T16:00:00.000Z', duration: 'PT120M', randomizeStart: 'PT0S' },
    intervals: [{ id: 0, payloads: [{ type: 'SIMPLE', values: [1] }, { type: 'IMPORT_REDUCTION', values: [20] }] }],
  })
  expect((await get(address(ROUTES.openAdr.event, { id: activationId }))).body).toEqual(event)
  const { body: [program, ...others] } = await get(ROUTES.openAdr.programs)
  expect([program, others]).toMatchObject([{ id: event!['programID'], objectType: 'PROGRAM', programName: 'office.quay', payloadDescriptors: [{ payloadType: 'SIMPLE' }, { payloadType: 'IMPORT_REDUCTION', units: 'KW' }] }, []])
  expect(program!['id']).toMatch(/^[a-zA-Z0-9_-]{1,128}$/)
  expect((await get(ROUTES.openAdr.vens)).body).toMatchObject([{ objectType: 'VEN', venName: 'office-ven', resources: [{ resourceName: 'office.quay' }] }])
  expect((await get(`${ROUTES.openAdr.events}?programID=${programIdOf('other')}`)).body).toEqual([])
  expect((await get(`${ROUTES.openAdr.events}?skip=1`)).body).toEqual([])
})

test('without a token, with a wrong one, or one whose secret is not set: nothing', async () => {
  told()
  for (const path of [ROUTES.openAdr.programs, ROUTES.openAdr.events, ROUTES.openAdr.reports, ROUTES.openAdr.vens]) {
    expect((await app.inject({ url: path })).statusCode).toBe(401)
    for (const token of ['wrong', 'undefined', 'UNSET_TOKEN']) expect((await get(path, token)).statusCode).toBe(401)
  }
  // A session of a person is no token of a node.
  expect((await app.inject({ url: ROUTES.openAdr.events, headers: { cookie: example.signIn('op', ['operator']).cookie } })).statusCode).toBe(401)
})

test('a node sees and answers for its own alone', async () => {
  told()
  const token = TOKENS['OTHER_VEN_TOKEN']!
  expect((await get(ROUTES.openAdr.events, token)).body).toEqual([])
  expect((await get(address(ROUTES.openAdr.event, { id: activationId }), token)).statusCode).toBe(404)
  expect((await post(report('RUNNING_CURTAILED'), token)).statusCode).toBe(404)
  expect(state()).toBe('notified')
})

test('the first report takes it on, later ones are signs of life, and all of them can be read', async () => {
  expect((await post(report('NORMAL'))).statusCode).toBe(404)
  told()
  const first = await post(report('NORMAL', { reportName: 'ready' }))
  expect(first.statusCode).toBe(201)
  expect(JSON.parse(first.body)).toMatchObject({ objectType: 'REPORT', eventID: activationId, reportName: 'ready', id: expect.any(String) })
  expect(answers.activation(activationId)).toMatchObject({ state: 'acknowledged', heardAt: PROPOSED_AT })
  work.add([{ activationId, at: hour(18), kind: 'running', by: 'clock', reason: null, body: null }])
  clock.set(hour(18.5))
  expect((await post(report('RUNNING_CURTAILED'))).statusCode).toBe(201)
  expect(answers.activation(activationId)).toMatchObject({ state: 'running', heardAt: hour(18.5) })
  expect((await get(ROUTES.openAdr.reports)).body).toMatchObject([{ reportName: 'ready' }, { resources: [{ intervals: [{ payloads: [{ values: ['RUNNING_CURTAILED'] }] }] }] }])
})

test('a node that opts out or fails has not taken it on, and is no sign of life', async () => {
  told()
  expect((await post(report('RUNNING_OPTED_OUT'))).statusCode).toBe(201)
  expect(answers.activation(activationId)).toMatchObject({ state: 'notified', heardAt: NaN })
  expect(answers.activation(activationId)!.changes.at(-1)).toMatchObject({ kind: 'declined', by: 'office-ven' })
  await post(report('NORMAL'))
  clock.set(PROPOSED_AT + 1000)
  await post(report('ERROR'))
  expect(answers.activation(activationId)).toMatchObject({ state: 'acknowledged', heardAt: PROPOSED_AT })
})

test('too late is too late, and what is lost and lets go is gone', async () => {
  told()
  clock.set(hour(16))
  expect((await post(report('NORMAL'))).statusCode).toBe(409)
  work.add([{ activationId, at: hour(16), kind: 'failed', by: 'clock', reason: 'not-acknowledged', body: null }])
  expect((await get(ROUTES.openAdr.events)).body).toEqual([])
})

test('a report that is not one, or too large, is refused', async () => {
  told()
  expect((await post({ programID: programIdOf('office.quay'), eventID: activationId })).statusCode).toBe(400)
  expect((await post(report('NORMAL', { reportName: 'x'.repeat(9_000) }))).statusCode).toBe(413)
  expect(state()).toBe('notified')
})

test('a node subscribes at the origin of its contract, reads it without the token, and takes it away', async () => {
  const wanted = (callbackUrl: string) => ({ clientName: 'office-ven', programID: programIdOf('office.quay'), objectOperations: [{ objects: ['EVENT'], operations: ['CREATE', 'DELETE'], callbackUrl, bearerToken: 'theirs' }] })
  const subscribe = (payload: object, token = TOKENS['OFFICE_VEN_TOKEN']!) => app.inject({ method: 'POST', url: ROUTES.openAdr.subscriptions, headers: as(token), payload })
  for (const elsewhere of ['https://node.example.org/x', 'http://node.example/x', 'http://127.0.0.1:8086/', 'nothing']) expect((await subscribe(wanted(elsewhere))).statusCode).toBe(400)
  expect((await subscribe(wanted('https://node.example/x'), TOKENS['OTHER_VEN_TOKEN'])).statusCode).toBe(404)
  const { statusCode, body } = await subscribe(wanted('https://node.example/x'))
  expect([statusCode, body.includes('theirs')]).toEqual([201, false])
  const { id } = JSON.parse(body) as { id: string }
  expect((await get(ROUTES.openAdr.subscriptions)).body).toMatchObject([{ id, objectType: 'SUBSCRIPTION', objectOperations: [{ callbackUrl: 'https://node.example/x' }] }])
  // Work reads it in the other process, with the token.
  expect(work.subscriptions('office-ven')).toMatchObject([{ subscriptionId: id, body: { objectOperations: [{ bearerToken: 'theirs' }] } }])
  const remove = (token: string) => app.inject({ method: 'DELETE', url: address(ROUTES.openAdr.subscription, { id }), headers: as(token) })
  expect((await remove(TOKENS['OTHER_VEN_TOKEN']!)).statusCode).toBe(404)
  expect((await remove(TOKENS['OFFICE_VEN_TOKEN']!)).statusCode).toBe(200)
  expect([(await get(ROUTES.openAdr.subscriptions)).body, work.subscriptions('office-ven')]).toEqual([[], []])
})
