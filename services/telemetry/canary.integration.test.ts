import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../infra/e2e/service.ts'

/** A service with a secret in every place one can come from, and servers that do not answer: none is shown anywhere. */
const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'penfeld-canary-'))
const CANARIES = {
  influxToken: 'canary-influx/token+1', influxUser: 'canary-influx-url-2', redisUrl: 'canary-redis-url-3', redisFile: 'canary-redis-file-4', oidc: 'canary-oidc-5', opcua: 'canary opcua "6"',
  mqtt: 'canary-mqtt-7', mqttUrl: 'canary-mqtt-url-8', http: 'canary-client-9', cookie: 'canary-cookie-10', csrf: 'canary-csrf-11', bearer: 'canary-bearer-12', query: 'canary-code-13',
}
let variables: NodeJS.ProcessEnv
let url: string
let metricsUrl: string
let terminal = ''
let child: ReturnType<typeof spawn>

beforeAll(async () => {
  const [http, metrics, closed, identity] = await freePorts(4)
  const district = join(folder, 'district')
  cpSync(join(root, 'fixtures/districts/capucins'), district, { recursive: true })
  const document = readFileSync(join(district, 'district.yaml'), 'utf8')
    .replace('opc.tcp://127.0.0.1:${PENFELD_OPCUA_PORT:-48401}/penfeld', `opc.tcp://127.0.0.1:${closed}/penfeld`)
    .replace('trustedCertificateFolder:', 'username: anne\n      password: ${SCADA_LOGIN}\n      trustedCertificateFolder:')
    .replace('modbus-tcp://127.0.0.1:${PENFELD_MODBUS_PORT:-48402}', `modbus-tcp://127.0.0.1:${closed}`)
    .replace('mqtt://127.0.0.1:${PENFELD_MQTT_PORT:-48403}\n', `mqtt://anne:${CANARIES.mqttUrl}@127.0.0.1:${closed}\n    options:\n      username: anne\n      password: ${CANARIES.mqtt}\n      clientSecret: ${CANARIES.http}\n`)
  expect(document).toContain(CANARIES.mqttUrl)
  expect(document).toContain('${SCADA_LOGIN}')
  writeFileSync(join(district, 'district.yaml'), document)
  const secret = (name: keyof typeof CANARIES) => {
    const file = join(folder, `${name}.secret`)
    writeFileSync(file, `${CANARIES[name]}\n`, { mode: 0o600 })
    return file
  }
  variables = {
    ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(tmpdir(), 'penfeld-e2e-cache'), PENFELD_LOG: 'debug', PENFELD_DATA: join(folder, 'data'), PENFELD_DISTRICT: district,
    PENFELD_PORT: String(http), PENFELD_METRICS_PORT: String(metrics), PENFELD_IDENTITY_PORT: String(identity),
    INFLUX_URL: `http://anne:${CANARIES.influxUser}@127.0.0.1:${closed}`, INFLUX_TOKEN_FILE: secret('influxToken'),
    REDIS_URL: `redis://anne:${CANARIES.redisUrl}@127.0.0.1:${closed}`, REDIS_PASSWORD_FILE: secret('redisFile'),
    PENFELD_OIDC_ISSUER: `http://127.0.0.1:${closed}`, PENFELD_OIDC_CLIENT_SECRET_FILE: secret('oidc'), SCADA_LOGIN: CANARIES.opcua,
  }
  url = `http://127.0.0.1:${http}`
  metricsUrl = `http://127.0.0.1:${metrics}/metrics`
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'services/main.ts'), 'run'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: variables })
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => { terminal += text })
})
afterAll(async () => {
  const ended = new Promise((end) => child.once('exit', end))
  if (child.exitCode === null) {
    child.kill('SIGTERM')
    await ended
  }
  // No role outlives its supervisor, also where it still waits for a server that never answers.
  for (let tries = 0; rolesLeft().length > 0 && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(rolesLeft()).toEqual([])
  rmSync(folder, { recursive: true, force: true })
})

/** Processes that were started with our data folder and still live. */
const rolesLeft = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid)).filter((name) => {
  try {
    return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`PENFELD_DATA=${join(folder, 'data')}\0`)
  } catch {
    return false
  }
})

const logs = (): Record<string, string> => Object.fromEntries(readdirSync(join(folder, 'data/log')).map((name) => [name, readFileSync(join(folder, 'data/log', name), 'utf8')]))

/** Every form in which a text may carry it. */
const formsOf = (secret: string): string[] => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(`:${secret}`).toString('base64').slice(4, -4), Buffer.from(`anne:${secret}`).toString('base64').slice(8, -4)]

test('in no log, on no terminal, in no metric, no answer and no word of the doctor', { timeout: 180_000 }, async () => {
  const headers = { cookie: `sid=${CANARIES.cookie}; __Host-sid=${CANARIES.cookie}`, authorization: `Bearer ${CANARIES.bearer}`, 'x-csrf-token': CANARIES.csrf }
  await expect.poll(() => fetch(`${url}/livez`).then(({ status }) => status, () => 0), { timeout: 60_000, interval: 250 }).toBe(200)
  const answers: string[] = []
  for (const [method, path] of [['GET', '/api/session'], ['GET', '/api/operator/sources'], ['POST', '/api/session/end'], ['GET', `/api/session/begin?return=${CANARIES.query}`], ['GET', `/api/session/callback?code=${CANARIES.query}&state=${CANARIES.query}`], ['GET', `/api/public/${CANARIES.query}`], ['GET', '/api/planner/network'], ['POST', '/api/planner/connection-study']] as const) {
    const response = await fetch(`${url}${path}`, { method, headers, redirect: 'manual' })
    answers.push(`${response.status} ${[...response.headers].join()} ${await response.text()}`)
  }
  // What does not answer is tried and told of: only then is there something that could betray.
  await expect.poll(() => Object.entries(logs()).filter(([, text]) => text.includes('ECONNREFUSED')).map(([name]) => name), { timeout: 60_000, interval: 500 }).toContain('collect.log')
  await expect.poll(() => Object.values(logs()).join('').split('\n').length, { timeout: 30_000, interval: 500 }).toBeGreaterThan(20)
  const metrics = await fetch(metricsUrl).then((response) => response.text())
  const doctor = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'services/main.ts'), 'doctor', '--json'], { encoding: 'utf8', env: variables })
  expect(doctor.stdout).toContain('"subject":"Redis"')
  expect(metrics).toContain('penfeld_role_up')
  const told: Record<string, string> = { ...logs(), terminal, metrics, doctor: doctor.stdout + doctor.stderr, ...Object.fromEntries(answers.map((text, index) => [`answer ${index}`, text])) }
  const hits = Object.entries(told).flatMap(([place, text]) => Object.entries(CANARIES).filter(([, secret]) => formsOf(secret).some((form) => text.includes(form))).map(([name]) => `${name} in ${place}`))
  expect(hits).toEqual([])
  // And none of what is kept for the operator's pages.
  for (const file of readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.sqlite(-wal)?$/.test(name))) {
    const kept = readFileSync(join(folder, 'data', file), 'latin1')
    expect([file, Object.values(CANARIES).filter((secret) => kept.includes(secret))]).toEqual([file, []])
  }
})
