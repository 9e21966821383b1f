import type { Channel } from '../port.ts'
import { MOST_REGISTERS, widthOf, type RegisterType } from './frames.ts'

/** Unused registers between two wanted ones that are still read along: cheaper than another question. */
const GAP = 16
/** In the place of a channel: the clock of the device. */
export const CLOCK = -1

export interface PlannedValue {
  /** Index of the driver's channel, or CLOCK. */
  readonly channel: number
  readonly register: number
  readonly type: RegisterType
  readonly wordOrder: 'big' | 'little'
  readonly scale: number
}

export interface PlannedRead {
  readonly register: number
  readonly count: number
  readonly values: readonly PlannedValue[]
}

export interface UnitPlan {
  readonly unit: number
  readonly reads: readonly PlannedRead[]
  /** The clock of the device, if it does not come in the same answer as every value. */
  readonly clock: PlannedRead | undefined
}

/** Which registers of which unit are read together. */
export function planReads(channels: readonly Channel[]): UnitPlan[] {
  const byUnit = Map.groupBy(channels.keys(), (index) => Number(channels[index].device.address))
  return [...byUnit].map(([unit, indexes]) => {
    const values = indexes.map((index): PlannedValue => {
      const { register, type, wordOrder = 'big', scale = 1 } = channels[index].profileChannel as unknown as { register: number; type: RegisterType; wordOrder?: 'big' | 'little'; scale?: number }
      return { channel: index, register, type, wordOrder, scale }
    })
    const timeRegister = channels[indexes[0]].profileChannel['timeRegister']
    if (typeof timeRegister !== 'number') return { unit, reads: together(values), clock: undefined }
    const time: PlannedValue = { channel: CLOCK, register: timeRegister, type: 'uint32', wordOrder: 'big', scale: 1000 }
    const all = together([...values, time])
    return all.length === 1 ? { unit, reads: all, clock: undefined } : { unit, reads: together(values), clock: together([time])[0] }
  })
}

/** Neighbours in one question. */
function together(values: readonly PlannedValue[]): PlannedRead[] {
  const reads: { register: number; count: number; values: PlannedValue[] }[] = []
  for (const value of values.toSorted((left, right) => left.register - right.register)) {
    const end = value.register + widthOf(value.type)
    const last = reads.at(-1)
    if (last !== undefined && value.register - (last.register + last.count) <= GAP && end - last.register <= MOST_REGISTERS) {
      last.values.push(value)
      last.count = Math.max(last.count, end - last.register)
    } else reads.push({ register: value.register, count: widthOf(value.type), values: [value] })
  }
  return reads
}
