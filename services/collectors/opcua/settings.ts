import { join } from 'node:path'
import type { Source } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Channel } from '../port.ts'

export const SECURITY_MODES = ['SignAndEncrypt', 'None'] as const
export const NODES = ['identifier', 'browse-path'] as const
/** Those that are still held to be safe. */
export const SECURITY_POLICIES = ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'] as const

/** A source of the district document, read as OPC-UA. */
export interface OpcUaSettings {
  readonly url: string
  /** Nodes are found in this namespace, whose index may be another after each restart of the server. */
  readonly namespaceUri: string
  /** identifier: a node is `ADDRESS SEPARATOR SUFFIX` as a text identifier. browse-path: ADDRESS and SUFFIX are browse names with / between them. */
  readonly nodes: (typeof NODES)[number]
  readonly separator: string
  /** Certificates of servers, PEM or DER, put there by a person: nothing else is trusted. */
  readonly trustedCertificateFolder: string
  /** None: nothing is signed or encrypted, and no user name is sent; only where the document says so. */
  readonly securityMode: (typeof SECURITY_MODES)[number]
  readonly securityPolicy: (typeof SECURITY_POLICIES)[number]
  readonly username: string | undefined
  readonly password: string | undefined
  /** 0: the server reports every change. */
  readonly samplingIntervalMs: number
  /** Nodes that the server refused are asked for again so often. */
  readonly refusedRetryS: number
}

const TEXT_OPTIONS = ['namespaceUri', 'separator', 'trustedCertificateFolder', 'username', 'password']
const CHOICES: Readonly<Record<string, readonly string[]>> = { nodes: NODES, securityMode: SECURITY_MODES, securityPolicy: SECURITY_POLICIES }
const NUMBER_OPTIONS = ['samplingIntervalMs', 'refusedRetryS']
const DEFAULT_NAMESPACE_URI = 'urn:penfeld:field'

export function settingsOf({ url, options = {} }: Source, stateFolder: string): OpcUaSettings {
  const text = (name: string): string | undefined => (options[name] === undefined ? undefined : String(options[name]))
  return {
    url,
    namespaceUri: text('namespaceUri') ?? DEFAULT_NAMESPACE_URI,
    nodes: oneOf(NODES, options['nodes']),
    separator: options['nodes'] === 'browse-path' ? '/' : (text('separator') ?? '.'),
    trustedCertificateFolder: text('trustedCertificateFolder') ?? join(stateFolder, 'trusted'),
    securityMode: oneOf(SECURITY_MODES, options['securityMode']),
    securityPolicy: oneOf(SECURITY_POLICIES, options['securityPolicy']),
    username: text('username'),
    password: text('password'),
    samplingIntervalMs: Number(options['samplingIntervalMs'] ?? 0),
    refusedRetryS: Number(options['refusedRetryS'] ?? 60),
  }
}

/** What is not one of the choices is a fault of the document; read nevertheless, it is the first, which is the safe one. */
const oneOf = <T extends string>(choices: readonly T[], given: unknown): T => choices.find((choice) => choice === given) ?? choices[0]

/** Faults of a source and its channels that can be seen without connecting. */
export function settingsFaults({ id, url, options = {} }: Source, channels: readonly Channel[]): string[] {
  const faults: string[] = []
  if (!/^opc\.tcp:\/\/[^/\s]+/.test(url)) faults.push(`${id}: the url is "${url}", must begin with opc.tcp://HOST:PORT`)
  for (const [name, value] of Object.entries(options)) {
    if (TEXT_OPTIONS.includes(name)) {
      if (typeof value !== 'string' || value === '') faults.push(`${id}: the option ${name} must be a text`)
    } else if (Object.hasOwn(CHOICES, name)) {
      if (!CHOICES[name].includes(String(value))) faults.push(`${id}: the option ${name} must be one of ${CHOICES[name].join(', ')}`)
    } else if (NUMBER_OPTIONS.includes(name)) {
      if (typeof value !== 'number' || value < 0) faults.push(`${id}: the option ${name} must be 0 or more`)
    } else {
      faults.push(`${id}: the option ${name} is not one of ${[...TEXT_OPTIONS, ...Object.keys(CHOICES), ...NUMBER_OPTIONS].join(', ')}`)
    }
  }
  if ((options['username'] === undefined) !== (options['password'] === undefined)) faults.push(`${id}: username and password belong together`)
  if (options['securityMode'] === 'None' && options['username'] !== undefined) faults.push(`${id}: a user name is never sent over a line without security (securityMode: None)`)
  for (const { point, device, profileChannel } of channels) {
    if (typeof profileChannel['suffix'] !== 'string') faults.push(`${point.id}: its channel in the profile ${device.profile} has no suffix of a node`)
  }
  return faults
}

/** Identifier of the node of a channel, e.g. `P05.T1.p`, or its path of browse names. */
export const nodePathOf = ({ device, profileChannel }: Channel, { separator }: Pick<OpcUaSettings, 'separator'>): string => `${device.address}${separator}${String(profileChannel['suffix'])}`

/**
 * How long a source may be silent before its session is built anew. The document says it in its own time; on a clock
 * that runs faster, servers publish at most once a real second, and so many missed turns count.
 */
export function silenceLimitMs({ periodS, staleAfterS }: Pick<Source, 'periodS' | 'staleAfterS'>, { speed }: Pick<Clock, 'speed'>): number {
  const turnS = Math.max(Math.min(1, periodS), periodS / speed)
  return Math.max(SHORTEST_SILENCE_MS, (staleAfterS / periodS) * turnS * 1_000)
}
/** Below this a busy machine would be taken for a dead one. */
const SHORTEST_SILENCE_MS = 3_000
