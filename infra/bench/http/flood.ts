/** A thousand requests a second of abuse against the whole service, while its field goes on sending: does health answer, and is anything lost? */
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { startService } from '../../e2e/service.ts'
import type { printer } from '../load-flow/print.ts'

const PER_SECOND = 1_000
const TICK_MS = 20
const HEALTH_P99_MS = 200
const PATIENCE_MS = 60_000
const ARRIVAL_MS = 20_000

/** What a flood is made of: wrong addresses, forged sessions, long ranges, large heads and bodies, and plain reading. */
const ABUSE: readonly { readonly path: string; readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string }[] = [
  { path: '/api/public/live' },
  { path: '/api/public/live/history?from=0&to=99999999999999' },
  { path: `/api/merchant/delivery-points/${'a'.repeat(150)}/summary`, headers: { cookie: `sid=${'A'.repeat(43)}` } },
  { path: '/api/planner/states?from=1e309&to=-1', headers: { cookie: `sid=${'B'.repeat(43)}` } },
  { path: '/api/operator/imports', method: 'POST', headers: { 'content-type': 'application/json' }, body: '['.repeat(5_000) },
  { path: '/../../etc/passwd' },
  { path: `/api/public/district?x=${'y'.repeat(2_000)}` },
  { path: '/api/session/callback?code=x&state=y' },
  { path: '/quartier' },
  { path: '/api/nothing', headers: { 'x-forwarded-for': '10.0.0.1', 'x-large': 'z'.repeat(4_000) } },
]

export async function flood(seconds: number, print: ReturnType<typeof printer>): Promise<void> {
  const service = await startService({ historyDays: 1 })
  const status = openCollectStatus(join(service.dataFolder, 'collect.sqlite'))
  const totals = async () => {
    const all = await status.counters()
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0)
    return all.reduce((total, one) => ({ produced: total.produced + one.produced, kept: total.kept + one.stored + one.deduplicated + one.revised, refused: total.refused + sum(one.quarantined) + sum(one.dropped) }), { produced: 0, kept: 0, refused: 0 })
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  try {
    const until = Date.now() + PATIENCE_MS
    while ((await totals()).produced === 0 && Date.now() < until) await pause(250)
    const before = await totals()
    // The clock of the probe must not wait for the flood it stands beside.
    const probe = new Worker(new URL('./health-probe.ts', import.meta.url), { workerData: { url: `${service.url}/livez` } })
    const told = new Promise<number[]>((resolve, reject) => probe.once('message', resolve).once('error', reject))
    let sent = 0
    let failed = 0
    const answered = new Map<number, number>()
    const begun = performance.now()
    while (performance.now() - begun < seconds * 1000) {
      const due = Math.floor(((performance.now() - begun) / 1000) * PER_SECOND)
      for (; sent < due; sent++) send(service.url, ABUSE[sent % ABUSE.length]!, agent, (code) => (code === undefined ? failed++ : answered.set(code, (answered.get(code) ?? 0) + 1)))
      await pause(TICK_MS)
    }
    const took = (performance.now() - begun) / 1000
    probe.postMessage('end')
    const delays = (await told).toSorted((a, b) => a - b)
    // Some are on their way from a driver to the journal at every instant: they are lost when they never arrive.
    const arrivedBy = Date.now() + ARRIVAL_MS
    let after = await totals()
    while (after.produced !== after.kept + after.refused && Date.now() < arrivedBy) {
      await pause(50)
      after = await totals()
    }
    const p99 = delays[Math.floor(delays.length * 0.99)]!
    print('flood: requests sent a second', sent / took, '/s')
    for (const [code, count] of [...answered].sort(([a], [b]) => a - b)) print(`flood: answered ${code}`, count, '')
    print('flood: connections that were refused or broken', failed, '')
    print(`flood: health asked ${delays.length} times, p99`, p99, 'ms', `< ${HEALTH_P99_MS}`, p99 < HEALTH_P99_MS && delays.length > seconds)
    print('flood: values the field sent meanwhile', after.produced - before.produced, '')
    const lost = after.produced - after.kept - after.refused
    print('flood: values lost (produced and neither stored nor counted)', lost, '', '0', lost === 0 && after.produced > before.produced)
    print('flood: values dropped or quarantined meanwhile', after.refused - before.refused, '', '0', after.refused === before.refused)
    const errors = [...answered].filter(([code]) => code === 500).reduce((sum, [, count]) => sum + count, 0)
    print('flood: answers 500', errors, '', '0', errors === 0)
  } finally {
    agent.destroy()
    await status.close()
    await service.stop()
  }
}

function send(base: string, { path, method = 'GET', headers = {}, body }: (typeof ABUSE)[number], agent: Agent, done: (code: number | undefined) => void): void {
  const { hostname, port } = new URL(base)
  const asking = request({ hostname, port, path, method, headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) }, agent }, (response) => {
    response.resume().on('end', () => done(response.statusCode)).on('error', () => done(undefined))
  })
  asking.on('error', () => done(undefined)).end(body)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
