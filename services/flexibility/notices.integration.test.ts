import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { Subscription } from './activation-store.ts'
import { hour, sampleContract } from './flexible-district.testkit.ts'
import { startMailServer, type MailServer } from './mail-server.testkit.ts'
import { createNotices } from './notices/notices.ts'
import type { Notice } from './notices/port.ts'
import { isSigned } from './notices/webhook.ts'
import { programIdOf } from './openadr.ts'
import { startReceiver, type Receiver } from './receiver.testkit.ts'
import { flexibilitySettings } from './settings.ts'

let mail: MailServer
let receiver: Receiver
let subscriptions: Subscription[] = []
beforeAll(async () => {
  mail = await startMailServer()
  receiver = await startReceiver()
})
afterAll(async () => {
  await mail.stop()
  await receiver.stop()
})

const notices = (variables: Record<string, string> = {}) => createNotices(flexibilitySettings({ variables: { SMTP_URL: mail.url, OFFICE_SECRET: 'a secret of ours', ...variables } }), { subscriptions: () => subscriptions }, silentLogger, [1, 1])
const notice = (contract: Partial<Notice['contract']['notices']>, more: Partial<Notice> = {}): Notice => ({
  kind: 'activation', contract: sampleContract({ notices: contract }), activationId: '0123456789abcdef', from: hour(18), to: hour(20), kw: 20, answerBy: hour(16), reason: null, timeZone: 'Europe/Paris', ...more,
})
const webhook = (url = receiver.url) => ({ webhook: { url, secret: 'OFFICE_SECRET' } })

test('a mail says in the language of the contract what is asked for, when, and by when to answer', async () => {
  expect(await notices().send(notice({ emails: ['office@shop.example', 'night@shop.example'], language: 'en' }), hour(-10))).toEqual([{ channel: 'email', sent: true, acknowledged: false, problem: null }])
  const { to, content } = mail.mails.at(-1)!
  expect(to).toEqual(['office@shop.example', 'night@shop.example'])
  const text = content.replace(/=\n/g, '')
  expect(text).toContain('Offices')
  expect(text).toContain('20 kW')
  expect(text).toContain('Wednesday 17 June at 18:00')
  expect(text).toContain('before Wednesday 17 June at 16:00')
})

test('without a mail server, or where it refuses, the notice says so', async () => {
  const wanted = notice({ emails: ['office@shop.example'] })
  expect(await notices({ SMTP_URL: '' }).send(wanted, 0)).toMatchObject([{ channel: 'email', sent: false, problem: 'SMTP_URL is not set.' }])
  mail.refuse(true)
  expect(await notices().send(wanted, 0)).toMatchObject([{ channel: 'email', sent: false, problem: expect.stringContaining('550') }])
  mail.refuse(false)
  expect(() => flexibilitySettings({ variables: { SMTP_URL: 'http://mail' } })).toThrow(/PF_CONFIG_INVALID \[SMTP_URL\]/)
})

test('a webhook is signed with its time, and an answer may take the activation on', async () => {
  receiver.answer({ status: 200, body: '{"acknowledged":true}' })
  expect(await notices().send(notice(webhook()), 1_781_000_000_900)).toEqual([{ channel: 'webhook', sent: true, acknowledged: true, problem: null }])
  const { headers, body } = receiver.received.at(-1)!
  expect(JSON.parse(body)).toMatchObject({ kind: 'activation', activationId: '0123456789abcdef', contractId: 'office', from: '2026-06-17T16:00:00.000Z', kw: 20, answerBy: '2026-06-17T14:00:00.000Z', safeState: 'limit' })
  expect(headers['penfeld-timestamp']).toBe('1781000000')
  const signed = String(headers['penfeld-signature']).replace('v1=', '')
  expect(isSigned('a secret of ours', 1_781_000_000, body, signed)).toBe(true)
  expect([isSigned('another', 1_781_000_000, body, signed), isSigned('a secret of ours', 1_781_000_001, body, signed), isSigned('a secret of ours', 1_781_000_000, `${body} `, signed)]).toEqual([false, false, false])
})

test('the secret may stand in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-secret-'))
  writeFileSync(join(folder, 'secret'), 'from a file\n')
  await createNotices(flexibilitySettings({ variables: { OFFICE_SECRET_FILE: join(folder, 'secret') } }), { subscriptions: () => subscriptions }, silentLogger, []).send(notice(webhook()), 5_000)
  const { headers, body } = receiver.received.at(-1)!
  expect(isSigned('from a file', 5, body, String(headers['penfeld-signature']).replace('v1=', ''))).toBe(true)
  rmSync(folder, { recursive: true })
})

test('a receiver that is busy is tried again, one that refuses or sends elsewhere is not', async () => {
  const tries = async (...answers: { status: number }[]) => {
    const before = receiver.received.length
    receiver.answer(...answers)
    const [outcome] = await notices().send(notice(webhook()), 0)
    return [receiver.received.length - before, outcome!.sent, outcome!.problem]
  }
  expect(await tries({ status: 503 }, { status: 500 }, { status: 204 })).toEqual([3, true, null])
  expect(await tries({ status: 503 }, { status: 503 }, { status: 503 })).toEqual([3, false, expect.stringContaining('503')])
  expect(await tries({ status: 401 })).toEqual([1, false, expect.stringContaining('401')])
  expect(await tries({ status: 302 })).toEqual([1, false, expect.stringContaining('302')])
})

test('nothing leaves in the clear, and without its secret nothing is sent', async () => {
  expect(await notices().send(notice(webhook('http://192.0.2.1/flex')), 0)).toMatchObject([{ sent: false, problem: expect.stringContaining('neither https') }])
  expect(await notices({ OFFICE_SECRET: '' }).send(notice(webhook()), 0)).toMatchObject([{ sent: false, problem: expect.stringContaining('OFFICE_SECRET is not set') }])
  expect(await notices().send(notice(webhook('http://127.0.0.1:1/')), 0)).toMatchObject([{ sent: false, problem: expect.stringMatching(/does not answer/) }])
})

test('the operator is told by mail where there is an address, and an alert never throws', async () => {
  await notices({ PENFELD_OPERATOR_MAIL: 'yann@network.example' }).alert('lost', 'text')
  expect(mail.mails.at(-1)).toMatchObject({ to: ['yann@network.example'] })
  await notices({ PENFELD_OPERATOR_MAIL: 'yann@network.example', SMTP_URL: 'smtp://127.0.0.1:1' }).alert('lost', 'text')
})

test('an end node that has subscribed is called back with its token, where the contract says and nowhere else', async () => {
  const openAdr = { venName: 'office-ven', token: 'OFFICE_VEN_TOKEN', callbackOrigin: new URL(receiver.url).origin }
  const subscription = (callbackUrl: string, operations: string[]): Subscription => ({ subscriptionId: callbackUrl, venName: 'office-ven', at: 0, body: { programID: programIdOf('office'), objectOperations: [{ objects: ['EVENT'], operations, callbackUrl, bearerToken: 'theirs' }] } })
  subscriptions = [subscription(`${receiver.url}/new`, ['CREATE']), subscription(`${receiver.url}/changed`, ['UPDATE', 'DELETE']), subscription('https://elsewhere.example/', ['CREATE'])]
  const before = receiver.received.length
  expect(await notices().send(notice({ openAdr }), hour(-10))).toEqual([{ channel: 'openadr', sent: true, acknowledged: false, problem: null }])
  expect(receiver.received).toHaveLength(before + 1)
  expect(receiver.received.at(-1)!.headers['authorization']).toBe('Bearer theirs')
  expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ objectType: 'EVENT', operation: 'POST', object: { id: '0123456789abcdef', programID: programIdOf('office'), objectType: 'EVENT' } })
  await notices().send(notice({ openAdr }, { kind: 'safe-state' }), hour(16))
  expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ operation: 'PUT' })
  subscriptions = []
  expect(await notices().send(notice({ openAdr }), 0)).toEqual([])
})
