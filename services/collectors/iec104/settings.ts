import type { Source } from '#models/district/schema.ts'
import { localOffset } from '#models/units/local-time.ts'
import type { Channel } from '../port.ts'
import { STANDARD_LAYOUT, type Layout } from './asdu.ts'
import type { Kind } from './types.ts'
import { BITS } from './values.ts'

const PORT = 2_404
/** The port registered for IEC 60870-5-104 over TLS. */
const TLS_PORT = 19_998

export interface ServerAddress {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

/** `iec104://HOST[:PORT]`, or `iec104s://` for TLS; undefined for anything else. */
export function serverAddress(url: string): ServerAddress | undefined {
  const found = /^iec104(s?):(\/\/[^/?#@]+)\/?$/.exec(url)
  if (found === null || !URL.canParse(`tcp:${found[2]}`)) return undefined
  const { hostname, port } = new URL(`tcp:${found[2]}`)
  const isSecure = found[1] === 's'
  return hostname === '' ? undefined : { url, host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? (isSecure ? TLS_PORT : PORT) : Number(port), isSecure }
}

export interface DeviceAddress {
  readonly commonAddress: number
  /** Added to the address of each object that the profile names. */
  readonly offset: number
}

/** `CA` or `CA/OFFSET`: the common address of the station, and where the objects of this device begin. */
export function deviceAddress(address: string | number): DeviceAddress | undefined {
  const found = /^(\d{1,5})(?:\/(\d{1,8}))?$/.exec(String(address).trim())
  return found === null ? undefined : { commonAddress: Number(found[1]), offset: Number(found[2] ?? 0) }
}

/** Timers and window of IEC 60870-5-104, in real seconds and frames. */
export interface Timers {
  /** Until a connection stands. */
  readonly t0S: number
  /** Until something sent is confirmed. */
  readonly t1S: number
  /** A line quiet for so long is tested. */
  readonly t3S: number
  /** Frames of ours that may be unconfirmed. */
  readonly k: number
}

export interface Settings {
  /** The server, and the one that is tried when it is away. */
  readonly servers: readonly ServerAddress[]
  readonly layout: Layout
  readonly timers: Timers
  readonly originator: number
  readonly timeZone: string
  /** Real seconds between two interrogations of all stations, 0 for only after connecting. */
  readonly interrogationS: number
  /** The same of the counters, 0 for never. */
  readonly countersS: number
  readonly tls: { readonly caFile: string | undefined; readonly certificateFile: string | undefined; readonly keyFile: string | undefined; readonly serverName: string | undefined }
}

const NUMBERS = {
  t0S: [10, 0, 255], t1S: [15, 0, 255], t3S: [20, 0, 172_800], k: [12, 1, 32_767], originator: [0, 0, 255],
  causeOctets: [STANDARD_LAYOUT.causeOctets, 1, 2], commonAddressOctets: [STANDARD_LAYOUT.commonAddressOctets, 1, 2], objectAddressOctets: [STANDARD_LAYOUT.objectAddressOctets, 1, 3],
  interrogationS: [NaN, 0, 86_400], countersS: [0, 0, 86_400],
} as const
const WHOLE: ReadonlySet<string> = new Set(['k', 'originator', 'causeOctets', 'commonAddressOctets', 'objectAddressOctets'])
const TEXTS = ['timeZone', 'alternateUrl', 'caFile', 'certificateFile', 'keyFile', 'serverName'] as const

const numberOf = (source: Source, name: keyof typeof NUMBERS): number => (source.options?.[name] as number | undefined) ?? NUMBERS[name][0]
const textOf = (source: Source, name: (typeof TEXTS)[number]): string | undefined => source.options?.[name] as string | undefined

export function layoutOf(source: Source): Layout {
  return { causeOctets: numberOf(source, 'causeOctets'), commonAddressOctets: numberOf(source, 'commonAddressOctets'), objectAddressOctets: numberOf(source, 'objectAddressOctets') }
}

/** Settings of a source that has no faults; service time runs `speed` times as fast as the stations' time. */
export function settingsOf(source: Source, speed: number): Settings {
  const asked = numberOf(source, 'interrogationS')
  const real = (seconds: number): number => (seconds === 0 ? 0 : Math.max(1, seconds / speed))
  return {
    servers: [source.url, textOf(source, 'alternateUrl')].filter((url) => url !== undefined).map((url) => serverAddress(url)!),
    layout: layoutOf(source),
    timers: { t0S: numberOf(source, 't0S'), t1S: numberOf(source, 't1S'), t3S: numberOf(source, 't3S'), k: numberOf(source, 'k') },
    originator: numberOf(source, 'originator'),
    timeZone: textOf(source, 'timeZone') ?? 'UTC',
    interrogationS: real(Number.isNaN(asked) ? source.periodS : asked),
    countersS: real(numberOf(source, 'countersS')),
    tls: { caFile: textOf(source, 'caFile'), certificateFile: textOf(source, 'certificateFile'), keyFile: textOf(source, 'keyFile'), serverName: textOf(source, 'serverName') },
  }
}

export function settingsFaults(source: Source, channels: readonly Channel[]): readonly string[] {
  const faults = optionFaults(source)
  return faults.length > 0 ? faults : channels.flatMap((channel) => channelFaults(channel, layoutOf(source)))
}

function optionFaults({ url, options = {} }: Source): string[] {
  const faults: string[] = []
  if (serverAddress(url) === undefined) faults.push(`url ${url} is neither iec104://HOST:PORT nor iec104s://HOST:PORT`)
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(NUMBERS, name)) {
      const [, least, most] = NUMBERS[name as keyof typeof NUMBERS]
      const isPositive = typeof value === 'number' && value >= least && value <= most && (value > 0 || !/^t\dS$/.test(name))
      if (!isPositive || (WHOLE.has(name) && !Number.isInteger(value))) faults.push(`option ${name} is ${value}, must be a ${WHOLE.has(name) ? 'whole ' : ''}number from ${least} to ${most}`)
    } else if (!(TEXTS as readonly string[]).includes(name)) faults.push(`option ${name} is not known`)
    else if (typeof value !== 'string' || value === '') faults.push(`option ${name} must be a text`)
  }
  const { alternateUrl, timeZone, certificateFile, keyFile } = options
  if (typeof alternateUrl === 'string' && serverAddress(alternateUrl) === undefined) faults.push(`option alternateUrl ${alternateUrl} is neither iec104://HOST:PORT nor iec104s://HOST:PORT`)
  if ((certificateFile === undefined) !== (keyFile === undefined)) faults.push('options certificateFile and keyFile go together')
  if (typeof timeZone === 'string' && !isTimeZone(timeZone)) faults.push(`option timeZone: "${timeZone}" is not a time zone of the IANA database`)
  return faults
}

function isTimeZone(name: string): boolean {
  try {
    localOffset(0, name)
    return true
  } catch {
    return false
  }
}

function channelFaults({ device, profileChannel: { ioa, kind, bit } }: Channel, { commonAddressOctets, objectAddressOctets }: Layout): string[] {
  const address = deviceAddress(device.address)
  // The highest one means all stations of a line.
  const highest = 256 ** commonAddressOctets - 2
  if (address === undefined || address.commonAddress < 1 || address.commonAddress > highest) return [`device ${device.id}: "${device.address}" is neither a common address (1 to ${highest}) nor one with an offset like 1/1000`]
  const faults: string[] = []
  const object = address.offset + (ioa as number)
  if (object < 1 || object >= 256 ** objectAddressOctets) faults.push(`device ${device.id}: its profile ${device.profile} names the object ${object}, must be 1 to ${256 ** objectAddressOctets - 1}`)
  const bits = BITS[kind as Kind] ?? 0
  if (bit !== undefined && !((bit as number) < bits)) faults.push(`device ${device.id}: its profile ${device.profile} names bit ${String(bit)} of ${String(kind)}, which has ${bits}`)
  return faults
}
