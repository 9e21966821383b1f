import type { FastifyInstance } from 'fastify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import { SETTLE_AFTER_MS } from '#models/flexibility/due.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { openActivationStore, type ActivationStore } from '#services/flexibility/activation-store.ts'
import { activationWorker } from '#services/flexibility/activation-worker.ts'
import { DAY, eveningCongestion, flexibleDistrict, hour, PROPOSED_AT, sampleContract } from '#services/flexibility/flexible-district.testkit.ts'
import { startMailServer, type MailServer } from '#services/flexibility/mail-server.testkit.ts'
import { createNotices } from '#services/flexibility/notices/notices.ts'
import { startReceiver, type Receiver } from '#services/flexibility/receiver.testkit.ts'
import { flexibilitySettings } from '#services/flexibility/settings.ts'
import type { WorkContext } from '#services/jobs/lanes.ts'
import type { Job } from '#services/jobs/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { buildApp } from './app.ts'
import type { Activations, FlexibilityReport, OwnActivations } from './contract/flexibility.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

const MINUTE = 60_000
let folder: string
let mail: MailServer
let receiver: Receiver
let work: ActivationStore
let answers: ActivationStore
let example: Example
let app: FastifyInstance
let clock: ReturnType<typeof manualClock>
let pass: (scope: 'propose' | 'due') => Promise<void>
const measured = memoryStore()

async function start(more: Partial<FlexibilityContract> = {}): Promise<void> {
  const loaded = flexibleDistrict(sampleContract({ notices: { emails: ['office@shop.example'], webhook: { url: receiver.url, secret: 'OFFICE_SECRET' }, openAdr: { venName: 'office-ven', token: 'OFFICE_VEN_TOKEN' } }, ...more }))
  clock = manualClock(PROPOSED_AT)
  const files = { activations: join(folder, 'activations.sqlite'), answers: join(folder, 'answers.sqlite') }
  work = openActivationStore(files, 'activations')
  answers = openActivationStore(files, 'answers')
  const variables = { SMTP_URL: mail.url, OFFICE_SECRET: 'a secret of ours', OFFICE_VEN_TOKEN: 'a token of theirs' }
  example = exampleDeps({ district: loaded, clock, activations: answers, requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  const worker = activationWorker({ district: loaded.district, store: work, activations: work, notices: createNotices(flexibilitySettings({ variables }), work, silentLogger, []), measured, forecasts: { dayAheadForecasts: async () => [] }, congestion: () => eveningCongestion(), plan: evaluationPlan(loaded.district), timeZone: 'Europe/Paris', clock, log: silentLogger })
  pass = (scope) => worker.run([{ scope } as Job], { keep: async () => {} } as WorkContext)
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-flex-'))
  mail = await startMailServer()
  receiver = await startReceiver()
})
afterEach(async () => {
  await app.close()
  example.dispose()
  work.close()
  answers.close()
  await mail.stop()
  await receiver.stop()
  rmSync(folder, { recursive: true })
})

type Person = ReturnType<Example['signIn']>
const get = async <T>(url: string, who: Person) => JSON.parse((await app.inject({ url, headers: { cookie: who.cookie } })).body) as T
const post = async (url: string, who: Person, payload: object) => {
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers: { cookie: who.cookie, 'x-csrf-token': who.csrfToken }, payload })
  return { statusCode, body: JSON.parse(body) as { code?: string; state?: string; mayAcknowledge?: boolean } }
}

test('from the forecast to the bill: proposed, approved, told by webhook and mail, acknowledged, measured, settled, reported', async () => {
  await start({ rebound: { share: 0.5, withinH: 3 } })
  const [id] = await measured.register(['elec.dp.dp0.p'])
  const at = Float64Array.from({ length: 31 * 144 }, (_, i) => DAY - 30 * 86_400_000 + i * 600_000)
  await measured.importSeries(id!, { at, values: at.map((time) => (time >= hour(18) && time < hour(20) ? 32 : 50)), quality: new Uint8Array(at.length) }, { recordedAt: hour(24), source: 'test' })
  const [yann, anne, holder, other] = [example.signIn('yann', ['operator']), example.signIn('anne', ['planner']), example.signIn('m0', ['merchant'], 'holder0'), example.signIn('m1', ['merchant'], 'holder1')]
  await pass('propose')

  const { activations: [proposed], contracts, proposal } = await get<Activations>(ROUTES.operator.activations, yann)
  expect(proposed).toMatchObject({ contractId: 'office', state: 'proposed', kw: 20, from: hour(18), to: hour(20), answerBy: hour(16), elements: ['P01.T1'], probability: 0.5, costEur: 8, rebound: { energyKwh: 20, until: hour(23) }, settlement: null })
  expect([contracts, proposal?.day, proposal?.shortfalls]).toEqual([1, DAY, []])
  // The seller is not told before somebody has decided.
  expect((await get<OwnActivations>(ROUTES.merchant.activations, holder)).activations).toEqual([])
  const { activationId } = proposed!
  expect(await post(ROUTES.merchant.activations, holder, { activationId, answer: 'acknowledge' })).toMatchObject({ statusCode: 404 })

  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })).toMatchObject({ statusCode: 200, body: { state: 'approved' } })
  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })).toMatchObject({ statusCode: 200 })
  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'refuse', reason: 'too late now' })).toMatchObject({ statusCode: 409, body: { code: 'PF_ACTIVATION_STATE' } })
  await pass('due')
  expect(receiver.received).toHaveLength(1)
  expect(mail.mails).toHaveLength(1)
  expect((await get<Activations>(ROUTES.planner.activations, anne)).activations[0]).toMatchObject({ state: 'notified', notices: [{ channel: 'email', sent: true }, { channel: 'webhook', sent: true }] })

  expect((await get<OwnActivations>(ROUTES.merchant.activations, holder)).activations).toMatchObject([{ activationId, deliveryPoints: ['dp0'], mayAcknowledge: true, safeState: 'limit' }])
  expect((await get<OwnActivations>(ROUTES.merchant.activations, other)).activations).toEqual([])
  expect(await post(ROUTES.merchant.activations, other, { activationId, answer: 'acknowledge' })).toMatchObject({ statusCode: 404 })
  expect(await post(ROUTES.merchant.activations, holder, { activationId, answer: 'acknowledge' })).toMatchObject({ statusCode: 200, body: { state: 'acknowledged', mayAcknowledge: false } })

  for (let minutes = 0; minutes <= 120; minutes += 10) {
    clock.set(hour(18) + minutes * MINUTE)
    if (minutes < 120) expect(await post(ROUTES.merchant.activations, holder, { activationId, answer: 'heartbeat' })).toMatchObject({ statusCode: 200 })
    await pass('due')
  }
  expect((await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!.state).toBe('done')
  clock.set(hour(20) + SETTLE_AFTER_MS)
  await pass('due')

  const [settled] = (await get<Activations>(ROUTES.operator.activations, yann)).activations
  // 50 kW on ten working days and today, 32 kW measured: 18 kW for two hours of the 20 asked for; 36 kWh are just tolerated.
  expect(settled).toMatchObject({ state: 'settled', settlement: { askedKwh: 40, deliveredKwh: 36, deliveredShare: 0.9, missingSteps: 0, penaltyEur: 0, baselineDays: 10 }, curve: { baselineKw: [50, 50, 50, 50], measuredKw: [32, 32, 32, 32] } })
  expect(settled!.settlement!.activationEur).toBeCloseTo(7.2, 9)
  expect(settled!.changes.filter(({ kind }) => kind !== 'heartbeat').map(({ kind, by, reason }) => [kind, by, reason])).toEqual([
    ['proposed', 'congestion-forecast', null], ['approved', 'yann', 'cold evening'], ['notified', 'clock', null], ['acknowledged', 'm0', null], ['running', 'clock', null], ['done', 'clock', null], ['settled', 'clock', null],
  ])
  // A seller's own curve is not the planner's to see.
  expect((await get<Activations>(ROUTES.planner.activations, anne)).activations[0]).toMatchObject({ curve: null, settlement: { deliveredKwh: 36 } })
  expect((await get<OwnActivations>(ROUTES.merchant.activations, holder)).activations[0]).toMatchObject({ curve: { measuredKw: [32, 32, 32, 32] } })
  expect(example.directory.accesses('dp0').map(({ route }) => route)).toEqual([ROUTES.operator.activations, ROUTES.planner.activations, ROUTES.merchant.activations])

  const report = await get<FlexibilityReport>(address(ROUTES.operator.flexibilityReport, {}, { from: DAY, to: DAY + 3 * 86_400_000 }), yann)
  expect(report.contracts).toMatchObject([{ contractId: 'office', activations: 1, hours: 2, hoursAYear: 40, deliveredKwh: 36, penaltyEur: 0 }])
  // 30 kW at 20 EUR a year, three days of it.
  expect(report.contracts[0]!.availabilityEur).toBeCloseTo((600 * 3) / 365.25, 9)
  expect(report.contracts[0]!.netEur).toBeCloseTo((600 * 3) / 365.25 + 7.2, 9)
})

test('without a word from the seller it fails before its start, and nobody can acknowledge it any more', async () => {
  await start()
  const [yann, holder] = [example.signIn('yann', ['operator']), example.signIn('m0', ['merchant'], 'holder0')]
  await pass('propose')
  const { activationId } = (await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!
  await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })
  await pass('due')
  clock.set(hour(16))
  expect(await post(ROUTES.merchant.activations, holder, { activationId, answer: 'acknowledge' })).toMatchObject({ statusCode: 409, body: { code: 'PF_ACTIVATION_TOO_LATE' } })
  await pass('due')
  const [failed] = (await get<Activations>(ROUTES.operator.activations, yann)).activations
  expect(failed!.changes.slice(-2)).toMatchObject([{ kind: 'failed', reason: 'not-acknowledged' }, { kind: 'safe-state-told', reason: 'limit' }])
  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'acknowledge', reason: 'by telephone' })).toMatchObject({ statusCode: 409, body: { code: 'PF_ACTIVATION_STATE' } })
})

test('an operator calls off what he approved, up to its start: the seller is told by the same channels, and nothing is settled as failed', async () => {
  await start()
  const [yann, holder] = [example.signIn('yann', ['operator']), example.signIn('m0', ['merchant'], 'holder0')]
  await pass('propose')
  const { activationId } = (await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!
  const callOff = (reason = 'the evening is mild') => post(ROUTES.operator.activations, yann, { activationId, answer: 'cancel', reason })
  expect(await callOff()).toMatchObject({ statusCode: 409, body: { code: 'PF_ACTIVATION_STATE' } })
  await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })
  await pass('due')
  await post(ROUTES.merchant.activations, holder, { activationId, answer: 'acknowledge' })
  expect((await post(ROUTES.operator.activations, holder, { activationId, answer: 'cancel', reason: 'not me' })).statusCode).toBe(403)
  expect((await callOff('  ')).statusCode).toBe(400)

  // After the answer was due, and before it begins.
  clock.set(hour(17))
  expect(await callOff()).toMatchObject({ statusCode: 200, body: { state: 'cancelled' } })
  await pass('due')
  await pass('due')
  expect(receiver.received).toHaveLength(2)
  expect(JSON.parse(receiver.received[1]!.body)).toMatchObject({ kind: 'cancellation', activationId, reason: 'the evening is mild' })
  expect(mail.mails).toHaveLength(2)
  expect((await get<OwnActivations>(ROUTES.merchant.activations, holder)).activations).toMatchObject([{ state: 'cancelled', mayAcknowledge: false }])

  clock.set(hour(20) + SETTLE_AFTER_MS)
  await pass('due')
  const [ended] = (await get<Activations>(ROUTES.operator.activations, yann)).activations
  expect(ended).toMatchObject({ state: 'cancelled', settlement: null })
  expect(ended!.changes.slice(-2).map(({ kind, by, reason, counts }) => [kind, by, reason, counts])).toEqual([['cancelled', 'yann', 'the evening is mild', true], ['cancellation-told', 'clock', null, true]])
  const report = await get<FlexibilityReport>(address(ROUTES.operator.flexibilityReport, {}, { from: DAY, to: DAY + 3 * 86_400_000 }), yann)
  expect(report.contracts).toMatchObject([{ activations: 0, hours: 0, penaltyEur: 0 }])
})

test('once it has begun it cannot be called off any more, even before the pass that begins it', async () => {
  await start()
  const yann = example.signIn('yann', ['operator'])
  await pass('propose')
  const { activationId } = (await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!
  await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })
  await pass('due')
  await post(ROUTES.operator.activations, yann, { activationId, answer: 'acknowledge', reason: 'by telephone' })
  clock.set(hour(18))
  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'cancel', reason: 'the evening is mild' })).toMatchObject({ statusCode: 409, body: { code: 'PF_ACTIVATION_TOO_LATE' } })
})

test('one of several holders sees that there is an activation, and cannot answer for the others', async () => {
  await start({ deliveryPoints: ['dp0', 'dp1'] })
  const [yann, holder] = [example.signIn('yann', ['operator']), example.signIn('m0', ['merchant'], 'holder0')]
  await pass('propose')
  const { activationId } = (await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!
  await post(ROUTES.operator.activations, yann, { activationId, answer: 'approve', reason: 'cold evening' })
  await pass('due')
  expect((await get<OwnActivations>(ROUTES.merchant.activations, holder)).activations).toMatchObject([{ deliveryPoints: ['dp0'], mayAcknowledge: false, curve: null }])
  expect(await post(ROUTES.merchant.activations, holder, { activationId, answer: 'acknowledge' })).toMatchObject({ statusCode: 404 })
  // The operator heard of them by telephone.
  expect(await post(ROUTES.operator.activations, yann, { activationId, answer: 'acknowledge', reason: 'by telephone' })).toMatchObject({ statusCode: 200, body: { state: 'acknowledged' } })
})

test('who may do what', async () => {
  await start()
  const [anne, holder] = [example.signIn('anne', ['planner']), example.signIn('m0', ['merchant'], 'holder0')]
  await pass('propose')
  const { activationId } = (await get<Activations>(ROUTES.planner.activations, anne)).activations[0]!
  const wanted = { activationId, answer: 'approve', reason: 'cold evening' }
  for (const who of [anne, holder]) expect((await post(ROUTES.operator.activations, who, wanted)).statusCode).toBe(403)
  const yann = example.signIn('yann', ['operator'])
  expect((await post(ROUTES.operator.activations, { ...yann, csrfToken: 'another' }, wanted)).statusCode).toBe(403)
  expect((await post(ROUTES.operator.activations, yann, { ...wanted, reason: '  ' })).statusCode).toBe(400)
  expect((await post(ROUTES.operator.activations, yann, { ...wanted, activationId: '0'.repeat(16) })).statusCode).toBe(404)
  expect((await get<Activations>(ROUTES.operator.activations, yann)).activations[0]!.state).toBe('proposed')
})
