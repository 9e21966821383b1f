import { QUALITY } from '#models/units/quality.ts'
import { atPointer } from '../json-message.ts'
import type { ProfileChannel } from '../port.ts'
import { bytesOf, readField, type Field } from './bytes.ts'
import type { Uplink } from './uplink.ts'

const SECONDS_UNTIL = 1e11

export interface WantedChannel {
  readonly index: number
  readonly scale: number
  readonly port: number | undefined
  readonly from: { readonly pointer: string; readonly isOfMessage: boolean } | Field
}

/** A device as its profile describes it. */
export interface WantedDevice {
  readonly channels: readonly WantedChannel[]
  readonly timePointer: string | undefined
  readonly timeField: Field | undefined
}

export interface Readings {
  readonly at: number
  readonly channels: number[]
  readonly values: number[]
  readonly quality: number[]
  readonly rejected: Map<string, number>
}

/** Fault of the description of a channel beyond its form, if there is one. */
export function channelFault({ pointer, field, of }: ProfileChannel): string | undefined {
  if ((pointer === undefined) === (field === undefined)) return 'names both a pointer and a field, or none of them'
  if (of !== undefined && pointer === undefined) return '`of` belongs to a pointer'
  const { mask, type } = (field ?? {}) as Partial<Field>
  return mask !== undefined && !type!.startsWith('u') ? 'a mask belongs to an unsigned type' : undefined
}

export function toWanted(index: number, { scale, port, pointer, of, field }: ProfileChannel): WantedChannel {
  return { index, scale: scale ?? 1, port: port as number | undefined, from: pointer === undefined ? field as Field : { pointer: pointer as string, isOfMessage: of === 'message' } }
}

/** What one uplink gives: values with one time, and what could not be used. */
export function readingsOf(uplink: Uplink, document: object, device: WantedDevice): Readings | { readonly reason: string; readonly count: number } {
  const wanted = device.channels.filter(({ port }) => port === undefined || port === uplink.port)
  if (wanted.length === 0) return { reason: 'other-port', count: 1 }
  const bytes = uplink.isEncrypted ? 'payload-encrypted' : bytesOf(uplink.payload)
  const at = timeOf(uplink, bytes, device)
  if (Number.isNaN(at)) return { reason: 'no-time', count: wanted.length }
  const readings: Readings = { at, channels: [], values: [], quality: [], rejected: new Map() }
  let absent = 0
  for (const { index, scale, from } of wanted) {
    const value = 'pointer' in from ? atPlace(from.isOfMessage ? document : uplink.decoded, from.pointer) : typeof bytes === 'string' ? bytes : readField(bytes, from)
    if (value === undefined) absent++
    else if (typeof value === 'string') readings.rejected.set(value, (readings.rejected.get(value) ?? 0) + 1)
    else {
      readings.channels.push(index)
      readings.values.push(value * scale)
      readings.quality.push(Number.isNaN(value) ? QUALITY.missing : QUALITY.measured)
    }
  }
  // A device that sends its values in turn leaves some out each time; one that leaves out all has sent something else.
  if (absent > 0 && absent === wanted.length) readings.rejected.set('no-value', absent)
  return readings
}

/** Undefined where the pointer leads nowhere, NaN for null, or why it is no number. */
function atPlace(document: object | undefined, pointer: string): number | string | undefined {
  if (document === undefined) return 'no-decoded-payload'
  const value = atPointer(document, pointer)
  if (value === null) return NaN
  if (typeof value === 'boolean') return value ? 1 : 0
  return value === undefined || typeof value === 'number' ? value : 'not-a-number'
}

/** The device's own time where the profile names one, else when the network server received it; never our clock. */
function timeOf({ decoded, receivedAt }: Uplink, bytes: Uint8Array | string, { timePointer, timeField }: WantedDevice): number {
  if (timeField !== undefined) {
    const seconds = typeof bytes === 'string' ? bytes : readField(bytes, timeField)
    return typeof seconds === 'string' ? NaN : seconds * 1_000
  }
  if (timePointer === undefined) return receivedAt
  const stamp = decoded === undefined ? undefined : atPointer(decoded, timePointer)
  if (typeof stamp === 'string') return Date.parse(stamp)
  return typeof stamp === 'number' && stamp > 0 ? (stamp < SECONDS_UNTIL ? stamp * 1_000 : stamp) : NaN
}
