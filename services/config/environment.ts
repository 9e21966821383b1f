import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { learnFrom } from '#services/telemetry/secrets.ts'

/** Every setting of the environment, read once, named once. */
export interface Environment {
  readonly portHttp: number
  readonly dataFolder: string
  readonly districtFolder: string
  readonly clockSetting: string | undefined
  /** Real time at which the origin of the clock held; set by the supervisor for its children. */
  readonly clockStartedRealMs: number
  /** The demonstration: its own field, its own identity provider, a history made at the first start. */
  readonly demo: boolean
  /** Days of history the demonstration makes (default: 25 months). */
  readonly historyDays: number
  readonly ports: DemoPorts
  /** Private listener on loopback: metrics for Prometheus. */
  readonly portMetrics: number
  /** Where samples are kept instead of the embedded store; undefined: embedded. The token may stand in a file (INFLUX_TOKEN_FILE). */
  readonly influxUrl: string | undefined
  /** Where jobs are queued instead of the embedded file; undefined: embedded. */
  readonly redisUrl: string | undefined
  /** Folder on another disk or host to which the signed heads of the audit log are written as well; undefined: beside it. */
  readonly auditHeads: string | undefined
  /** Addresses of reverse proxies whose X-Forwarded-For is believed; nobody else's is. */
  readonly trustedProxies: readonly string[]
  /** The only networks that collectors may reach, as `10.1.0.0/16`; empty: any but those that are never a meter's. */
  readonly sourceNetworks: readonly string[]
  /** What this machine is called among the hosts. */
  readonly hostId: string
  /** The public key of the control host; set on every host beside it. */
  readonly controlKey: string | undefined
  /** For `${NAME:-default}` in source addresses of the district document. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

export interface DemoPorts {
  readonly identity: number
  readonly opcua: number
  readonly modbus: number
  readonly mqtt: number
  /** Loopback HTTP control of the simulator: faults on and off. */
  readonly fieldControl: number
}

/** This machine itself. */
const PLAIN_IN: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const port = (name: string, fallback: number): number => {
    const text = variables[name]
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw new PenfeldError('PF_CONFIG_INVALID', `${name} is "${text}", expected a port from 1 to 65535.`, { where: name })
    }
    return value
  }
  const plainHosts = (variables['PENFELD_PLAINTEXT_HOSTS'] ?? '').split(',').map((one) => one.trim())
  const url = (name: string, protocols: readonly string[]): string | undefined => {
    const text = variables[name]
    if (text === undefined || text === '') return undefined
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new PenfeldError('PF_CONFIG_INVALID', `${name} is not an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}.`, { where: name })
    }
    const { hostname: host, protocol } = new URL(text)
    if (!PLAIN_IN.has(host) && !plainHosts.includes(host) && (protocol === 'http:' || protocol === 'redis:')) {
      throw new PenfeldError('PF_CONFIG_INVALID', `${name} leads to ${host} without TLS, where figures and passwords can be read on the way. Use https: or rediss:, or name that host in PENFELD_PLAINTEXT_HOSTS where nobody else is on that network.`, { where: name })
    }
    return text
  }
  for (const [name, value] of Object.entries(variables)) learnFrom(name, value)
  const portHttp = port('PENFELD_PORT', 8080)
  const dataFolder = resolve(variables['PENFELD_DATA'] ?? 'var')
  const historyDays = Number(variables['PENFELD_HISTORY_DAYS'] ?? 761)
  if (!(historyDays >= 0)) throw new PenfeldError('PF_CONFIG_INVALID', `PENFELD_HISTORY_DAYS is "${variables['PENFELD_HISTORY_DAYS']}", expected a number of days.`, { where: 'PENFELD_HISTORY_DAYS' })
  return {
    portHttp,
    dataFolder,
    districtFolder: resolve(variables['PENFELD_DISTRICT'] ?? join(import.meta.dirname, '../../fixtures/districts/capucins')),
    clockSetting: variables['PENFELD_CLOCK'],
    clockStartedRealMs: Number(variables['PENFELD_CLOCK_STARTED'] ?? Date.now()),
    demo: variables['PENFELD_DEMO'] === '1',
    historyDays,
    ports: {
      identity: port('PENFELD_IDENTITY_PORT', portHttp + 1),
      opcua: port('PENFELD_OPCUA_PORT', 48_401),
      modbus: port('PENFELD_MODBUS_PORT', 48_402),
      mqtt: port('PENFELD_MQTT_PORT', 48_403),
      fieldControl: port('PENFELD_FIELD_CONTROL_PORT', 48_404),
    },
    portMetrics: port('PENFELD_METRICS_PORT', portHttp + 2),
    influxUrl: url('INFLUX_URL', ['http:', 'https:']),
    redisUrl: withPassword(url('REDIS_URL', ['redis:', 'rediss:']), readSecret('REDIS_PASSWORD', variables)),
    auditHeads: variables['PENFELD_AUDIT_HEADS'] === undefined || variables['PENFELD_AUDIT_HEADS'] === '' ? undefined : resolve(variables['PENFELD_AUDIT_HEADS']),
    trustedProxies: addresses('PENFELD_TRUSTED_PROXIES', variables['PENFELD_TRUSTED_PROXIES']),
    sourceNetworks: networks('PENFELD_SOURCE_NETWORKS', variables['PENFELD_SOURCE_NETWORKS']),
    hostId: variables['PENFELD_HOST'] || hostname(),
    controlKey: readSecret('PENFELD_CONTROL_KEY', variables),
    variables,
  }
}

/** The password may stand in a file, where no list of processes shows it. */
function withPassword(url: string | undefined, password: string | undefined): string | undefined {
  if (url === undefined || password === undefined || password === '') return url
  const whole = new URL(url)
  whole.password = encodeURIComponent(password)
  return whole.href
}

function addresses(name: string, text = ''): readonly string[] {
  const listed = text.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const wrong = listed.find((one) => isIP(one) === 0)
  if (wrong !== undefined) throw new PenfeldError('PF_CONFIG_INVALID', `${name} has "${wrong}", expected addresses such as 127.0.0.1 with commas between.`, { where: name })
  return listed
}

function networks(name: string, text = ''): readonly string[] {
  const listed = text.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const wrong = listed.find((one) => {
    const [address = '', bits = '', ...more] = one.split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6]
    return more.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most
  })
  if (wrong !== undefined) throw new PenfeldError('PF_CONFIG_INVALID', `${name} has "${wrong}", expected networks such as 10.1.0.0/16 with commas between.`, { where: name })
  return listed
}

/** A secret by its name, or from the file that `NAME_FILE` names. */
export function readSecret(name: string, variables: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const file = variables[`${name}_FILE`]
  if (file === undefined) return variables[name]
  try {
    const secret = readFileSync(file, 'utf8').trim()
    learnFrom(name, secret)
    return secret
  } catch (cause) {
    throw new PenfeldError('PF_CONFIG_INVALID', `${name}_FILE names ${file}, which cannot be read.`, { where: `${name}_FILE`, cause })
  }
}
