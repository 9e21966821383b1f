import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Type, type TProperties } from 'typebox'
import { Value } from 'typebox/value'
import { parse } from 'yaml'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { KNOWN_UNITS } from '#models/units/convert.ts'
import { filesProfile } from './files/profile.ts'
import { httpProfile } from './http/profile.ts'
import { iec104Profile } from './iec104/profile.ts'
import { ticProfile } from './linky-tic/profile.ts'
import { lorawanProfile } from './lorawan/profile.ts'
import { mbusProfile } from './mbus/profile.ts'
import type { Profile, ProfileChannel } from './port.ts'
import { sparkplugProfile } from './sparkplug/profile.ts'

const SHIPPED_PROFILES = join(import.meta.dirname, 'profiles')

const JsonPointer = Type.String({ pattern: '^(/[^/]+)+$' })
const Register = Type.Integer({ minimum: 0, maximum: 65_535 })

/** What each protocol may say beside the common keys: of the whole device, and of one channel. */
const PROTOCOLS: Readonly<Record<string, { readonly device: TProperties; readonly channel: TProperties }>> = {
  opcua: { device: {}, channel: { suffix: Type.String({ minLength: 1 }) } },
  modbus: {
    device: { timeRegister: Type.Optional(Register) },
    channel: {
      register: Register,
      type: Type.Union(['int16', 'uint16', 'int32', 'uint32', 'float32'].map((name) => Type.Literal(name))),
      wordOrder: Type.Optional(Type.Union([Type.Literal('big'), Type.Literal('little')])),
    },
  },
  mqtt: { device: { timePointer: Type.Optional(JsonPointer) }, channel: { pointer: JsonPointer } },
  files: filesProfile,
  http: httpProfile,
  mbus: mbusProfile,
  'linky-tic': ticProfile,
  iec104: iec104Profile,
  lorawan: lorawanProfile,
  sparkplug: sparkplugProfile,
}

const strict = { additionalProperties: false } as const

/** The form of a profile of one protocol. */
function profileSchema({ device, channel }: { device: TProperties; channel: TProperties }) {
  const Channel = Type.Object({ unit: Type.String(), scale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })), ...channel }, strict)
  return Type.Object({
    description: Type.String({ minLength: 1 }),
    protocol: Type.String(),
    channels: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]*$' }), Channel, { minProperties: 1, ...strict }),
    ...device,
  }, strict)
}

/**
 * Reads every `*.yaml` of a folder; the name of the file is the id of the profile. What stands beside `channels` and
 * concerns the whole device (`timeRegister`, `timePointer`) is repeated in each channel, because a driver is given
 * channels. Throws PF_PROFILE_INVALID with every fault of every file.
 */
export function loadProfiles(folder: string = SHIPPED_PROFILES): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>()
  const faults: string[] = []
  for (const file of listYaml(folder)) {
    const id = basename(file, '.yaml')
    const content = readYaml(join(folder, file), file, faults)
    if (content === undefined) continue
    const found = profileFaults(content)
    faults.push(...found.map((fault) => `${file} ${fault}`))
    if (found.length === 0) profiles.set(id, toProfile(id, content as Profile))
  }
  if (faults.length > 0) throw new PenfeldError('PF_PROFILE_INVALID', faults.join('; '), { where: folder })
  return profiles
}

function listYaml(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort()
  } catch (error) {
    throw new PenfeldError('PF_PROFILE_INVALID', 'The folder of profiles cannot be read.', { where: folder, cause: error })
  }
}

function readYaml(path: string, file: string, faults: string[]): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    faults.push(`${file} ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}

/** Faults of one profile with their JSON pointer; none if it can be used. */
export function profileFaults(content: unknown): string[] {
  const name = (content as { protocol?: unknown } | null)?.protocol
  if (typeof name !== 'string' || !Object.hasOwn(PROTOCOLS, name)) {
    return [`/protocol: is "${String(name)}", must be one of ${Object.keys(PROTOCOLS).join(', ')}`]
  }
  const schema = profileSchema(PROTOCOLS[name])
  const faults = [...Value.Errors(schema, content)].map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`)
  if (faults.length > 0) return faults
  return Object.entries((content as Profile).channels)
    .filter(([, { unit }]) => !KNOWN_UNITS.includes(unit))
    .map(([channel, { unit }]) => `/channels/${channel}/unit: "${unit}" is not one of ${KNOWN_UNITS.join(', ')}`)
}

function toProfile(id: string, { description, protocol, channels, ...ofDevice }: Profile): Profile {
  const complete: Record<string, ProfileChannel> = {}
  for (const [name, channel] of Object.entries(channels)) complete[name] = { ...ofDevice, ...channel }
  return { id, description, protocol, channels: complete }
}
