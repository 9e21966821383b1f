import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { ChangeKind } from '#models/flexibility/activation.ts'
import { SETTLE_AFTER_MS } from '#models/flexibility/due.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import type { DayAheadForecast } from '#services/evaluation/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openActivationStore, type ActivationStore } from './activation-store.ts'
import { DAY, eveningCongestion, flexibleDistrict, hour, PROPOSED_AT, sampleContract } from './flexible-district.testkit.ts'
import { startMailServer, type MailServer } from './mail-server.testkit.ts'
import { createNotices } from './notices/notices.ts'
import { proposeDay } from './propose.ts'
import { startReceiver, type Receiver } from './receiver.testkit.ts'
import { runDue } from './run-due.ts'
import { flexibilitySettings } from './settings.ts'
import type { SettlementBody } from './settlement.ts'

const HOUR = 3_600_000
let folder: string
let work: ActivationStore
let api: ActivationStore
let mail: MailServer
let receiver: Receiver
let activationId: string
let run: (at: number) => Promise<void>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-flex-'))
  const files = { activations: join(folder, 'activations.sqlite'), answers: join(folder, 'answers.sqlite') }
  work = openActivationStore(files, 'activations')
  api = openActivationStore(files, 'answers')
  mail = await startMailServer()
  receiver = await startReceiver()
})
afterEach(async () => {
  work.close()
  api.close()
  await mail.stop()
  await receiver.stop()
  rmSync(folder, { recursive: true })
})

const measured = memoryStore()
let issued: DayAheadForecast[] = []
async function propose(more: Partial<FlexibilityContract> = {}): Promise<void> {
  const { district } = flexibleDistrict(sampleContract({ notices: { emails: ['office@shop.example'], webhook: { url: receiver.url, secret: 'OFFICE_SECRET' } }, ...more }))
  ;[activationId] = proposeDay(district, work, eveningCongestion(), { from: DAY, to: hour(24) }, PROPOSED_AT, new Map()).activationIds as [string]
  const settings = flexibilitySettings({ variables: { SMTP_URL: mail.url, OFFICE_SECRET: 'a secret of ours', PENFELD_OPERATOR_MAIL: 'yann@network.example' } })
  run = (at) => runDue({ district, store: work, notices: createNotices(settings, work, silentLogger, []), measured, forecasts: { dayAheadForecasts: async () => issued }, activations: work, plan: evaluationPlan(district), timeZone: district.timeZone, log: silentLogger }, at)
}
const answer = (kind: ChangeKind, at: number, by = 'Yann') => api.add([{ activationId, at, kind, by, reason: null, body: null }])
const state = () => api.activation(activationId)!.state
const lastChange = (kind: ChangeKind) => api.activation(activationId)!.changes.findLast((one) => one.kind === kind)
const settlement = () => lastChange('settled')!.body as unknown as SettlementBody

/** 50 kW on every day, 55 on the day itself, and from 18:00 to 20:00 of it what is given. */
async function measure(activeKw: number): Promise<void> {
  const [id] = await measured.register(['elec.dp.dp0.p'])
  const from = DAY - 30 * 24 * HOUR
  const at = Float64Array.from({ length: 31 * 144 }, (_, i) => from + i * 600_000)
  const values = at.map((time) => (time >= hour(18) && time < hour(20) ? activeKw : time >= DAY ? 55 : 50))
  await measured.importSeries(id!, { at, values, quality: new Uint8Array(at.length) }, { recordedAt: hour(24), source: 'test' })
}

test('approved, told, acknowledged, run, measured, settled', async () => {
  await propose()
  await measure(39)
  await run(PROPOSED_AT + HOUR)
  expect([state(), receiver.received.length]).toEqual(['proposed', 0])
  answer('approved', PROPOSED_AT + 2 * HOUR)
  await run(PROPOSED_AT + 2 * HOUR)
  expect([state(), receiver.received.length, mail.mails.map(({ to }) => to[0])]).toEqual(['notified', 1, ['office@shop.example']])
  await run(PROPOSED_AT + 3 * HOUR)
  expect(receiver.received).toHaveLength(1)
  answer('acknowledged', PROPOSED_AT + 4 * HOUR, 'Offices Ltd')
  await run(hour(18))
  expect(state()).toBe('running')
  for (const minutes of [20, 40, 60, 80, 100, 115]) answer('heartbeat', hour(18) + minutes * 60_000, 'ven')
  await run(hour(20))
  expect(state()).toBe('done')
  await run(hour(20) + SETTLE_AFTER_MS)
  expect(state()).toBe('settled')
  // Ten days at 50 kW, the day a tenth above: 55 kW. 16 kW for two hours of the 20 kW that were asked for; 36 kWh are tolerated.
  expect(settlement()).toMatchObject({ askedKwh: 40, missingSteps: 0, baselineDays: 10, isAdjusted: true, measuredKw: [39, 39, 39, 39], hours: 2, method: '10-of-10' })
  expect(settlement().deliveredKwh).toBeCloseTo(32, 6)
  expect(settlement().adjustment).toBeCloseTo(1.1, 9)
  expect(settlement().activationEur).toBeCloseTo(6.4, 6)
  expect(settlement().penaltyEur).toBeCloseTo(1.2, 6)
})

test('nobody acknowledges: it fails before its start, the operator hears of it and the seller of the safe state', async () => {
  await propose()
  answer('approved', PROPOSED_AT)
  await run(PROPOSED_AT)
  await run(hour(16))
  expect(state()).toBe('failed')
  expect(lastChange('failed')).toMatchObject({ by: 'clock', reason: 'not-acknowledged', at: hour(16) })
  expect(lastChange('safe-state-told')).toMatchObject({ reason: 'limit' })
  expect(mail.mails[1]!.content).toMatch(/not acknowledged in time/)
  expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ kind: 'safe-state', safeState: 'limit', reason: 'not-acknowledged' })
  expect(mail.mails.map(({ to }) => to[0])).toEqual(['office@shop.example', 'yann@network.example', 'office@shop.example'])
  await run(hour(17))
  expect(receiver.received).toHaveLength(2)
})

test('a heartbeat that is lost while it runs, and a measurement that is missing, count for nothing', async () => {
  await propose({ deliveryPoints: ['dp0', 'dp4'] })
  answer('approved', PROPOSED_AT)
  await run(PROPOSED_AT)
  answer('acknowledged', PROPOSED_AT)
  await run(hour(18))
  answer('heartbeat', hour(18.2))
  await run(hour(19))
  expect(lastChange('failed')).toMatchObject({ reason: 'heartbeat-lost' })
  expect(lastChange('safe-state-told')).toBeDefined()
  await run(hour(20) + SETTLE_AFTER_MS)
  expect(settlement()).toMatchObject({ deliveredKwh: 0, deliveredShare: 0, missingSteps: 4, activationEur: 0, penaltyEur: 0, measuredKw: [null, null, null, null] })
})

test('a receiver that is away is tried at each pass until it is too late', async () => {
  await propose({ notices: { webhook: { url: receiver.url, secret: 'OFFICE_SECRET' } } })
  answer('approved', PROPOSED_AT)
  receiver.answer({ status: 503 }, { status: 503 })
  await run(PROPOSED_AT)
  await run(PROPOSED_AT + HOUR)
  expect(state()).toBe('approved')
  receiver.answer({ status: 200, body: '{"acknowledged":true}' })
  await run(PROPOSED_AT + 2 * HOUR)
  expect(state()).toBe('acknowledged')
  expect(lastChange('acknowledged')).toMatchObject({ by: 'Offices Ltd' })
})

test('what nobody decides lapses, and the seller never hears of it', async () => {
  await propose()
  await run(hour(16))
  expect([state(), lastChange('refused')?.reason]).toEqual(['refused', 'not-decided'])
  expect(receiver.received).toEqual([])
  expect(mail.mails.map(({ to }) => to[0])).toEqual(['yann@network.example'])
})

test('after a night without the service all that was missed is made up for, in order', async () => {
  await propose({ heartbeatS: undefined, baseline: 'forecast' })
  const column = (kw: number) => new Float64Array(96).fill(kw)
  issued = [{ series: 'dp0', issuedAt: PROPOSED_AT, from: DAY, stepS: 1800, forecaster: 'x', method: 'blend', reason: undefined, valuesKw: column(60), quantilesKw: [], carried: column(0), bound: 1 }]
  await measure(45)
  answer('approved', PROPOSED_AT)
  await run(PROPOSED_AT)
  answer('acknowledged', PROPOSED_AT)
  await run(hour(80))
  expect(api.activation(activationId)!.changes.map(({ kind }) => kind)).toEqual(['proposed', 'approved', 'notified', 'acknowledged', 'running', 'done', 'settled'])
  expect(settlement()).toMatchObject({ method: 'forecast', baselineKw: [60, 60, 60, 60], deliveredKwh: 30, isAdjusted: false })
})
