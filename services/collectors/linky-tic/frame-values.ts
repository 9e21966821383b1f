import { dimensionOf } from '#models/units/convert.ts'
import { QUALITY } from '#models/units/quality.ts'
import { inUnit } from '../own-unit.ts'
import type { Channel } from '../port.ts'
import { readHorodate } from './horodate.ts'
import { labelOf, stgeField, valueOf, type StgeField } from './labels.ts'
import type { Frame } from './parser.ts'

/** A device that is whatever meter speaks on this line. */
export const ANY_METER = '*'
const ADDRESS_DIGITS = 12

/** The twelve characters of ADCO or ADSC; YAML takes the zeros before a number. Undefined for anything else. */
export function meterAddress(address: string | number): string | undefined {
  const said = typeof address === 'number' ? String(address).padStart(ADDRESS_DIGITS, '0') : address.trim().toUpperCase()
  return said === ANY_METER || /^[0-9A-F]{12}$/.test(said) ? said : undefined
}

export interface WantedLabel {
  readonly index: number
  readonly meter: string
  readonly label: string
  readonly field: StgeField | undefined
  readonly unit: string
  readonly scale: number
  /** What was handed over last. */
  lastAt: number
  lastValue: number
}

/** What is wanted of the frames; channels were checked before. */
export const toWanted = (channels: readonly Channel[]): WantedLabel[] => channels.map(({ device, profileChannel }, index) => {
  const label = String(profileChannel['label'])
  return {
    index, label,
    meter: meterAddress(device.address)!,
    field: profileChannel['field'] as StgeField | undefined,
    unit: profileChannel.unit,
    scale: profileChannel.scale ?? 1,
    lastAt: NaN, lastValue: NaN,
  }
})

/** Why a channel can't be fed, or nothing. */
export function channelFault({ device, profileChannel }: Channel): string | undefined {
  const name = String(profileChannel['label'])
  const label = labelOf(name)
  if (meterAddress(device.address) === undefined) return `device ${device.id}: "${device.address}" is neither the twelve digits of ADCO or ADSC nor "${ANY_METER}"`
  if (label === undefined || label.kind === 'text') return `device ${device.id}: its profile ${device.profile} names the label ${name}, which is no number`
  if (dimensionOf(profileChannel.unit) !== dimensionOf(label.unit)) return `device ${device.id}: its profile ${device.profile} gives ${name} in ${profileChannel.unit}, the meter sends ${label.unit}`
  if ((profileChannel['field'] !== undefined) !== (label.kind === 'bits')) return `device ${device.id}: a field is named for STGE and for nothing else (${name})`
  return undefined
}

/** Which meter speaks; undefined where the group of its address did not arrive whole. */
export const meterOf = ({ groups }: Frame): string | undefined => groups.find(({ label }) => label === 'ADCO' || label === 'ADSC')?.data

export interface FrameValues {
  readonly values: readonly { readonly index: number; readonly at: number; readonly value: number; readonly quality: number }[]
  /** Wanted labels this frame did not bring. */
  readonly missing: readonly string[]
  /** Labels of indexes that went backwards: another meter, a repair, or a fault. */
  readonly backwards: readonly string[]
}

/**
 * What a frame says that was not handed over yet. A value is of its own horodate (mean power, maxima), else of the
 * meter's date, else of `receivedAt`; a degraded clock and an index that goes backwards make it uncertain.
 */
export function frameValues(frame: Frame, wanted: readonly WantedLabel[], receivedAt: number): FrameValues {
  const groups = new Map(frame.groups.map((group) => [group.label, group]))
  const date = readHorodate(groups.get('DATE')?.horodate ?? '')
  const values: { index: number; at: number; value: number; quality: number }[] = []
  const missing: string[] = []
  const backwards: string[] = []
  for (const want of wanted) {
    const group = groups.get(want.label)
    if (group === undefined) {
      missing.push(want.label)
      continue
    }
    const time = (group.horodate === undefined ? undefined : readHorodate(group.horodate)) ?? date
    const raw = valueOf(want.label, group.data)
    const label = labelOf(want.label)!
    const value = inUnit(want.field === undefined ? raw : stgeField(raw, want.field), label.unit, want.unit) * want.scale
    const at = time?.at ?? receivedAt
    if (at === want.lastAt && value === want.lastValue) continue
    const wentBack = label.kind === 'index' && value < want.lastValue
    if (wentBack) backwards.push(want.label)
    values.push({ index: want.index, at, value, quality: wentBack || time?.isDegraded === true ? QUALITY.uncertain : QUALITY.measured })
    want.lastAt = at
    want.lastValue = value
  }
  return { values, missing, backwards }
}
