import { QUALITY } from '#models/units/quality.ts'
import type { Channel, DriverContext } from '../port.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import { parseAddress, type MeterAddress } from './address.ts'
import { findRecord, meterTimeOf, selectorOf, valueFor, type MeterTime, type Selector } from './select.ts'
import type { Telegram } from './telegram.ts'

const DEFAULT_TIME_ZONE = 'Europe/Paris'

export interface PolledMeter {
  /** As the district document calls it. */
  readonly name: string
  readonly address: MeterAddress
  readonly meterTime: MeterTime | undefined
  readonly channels: readonly { readonly index: number; readonly selector: Selector; newestAt: number }[]
  /** Rounds in which it is not asked, because it stayed silent. */
  leftOut: number
  /** How often in succession the line ended while it was asked. */
  endedHere: number
}

/** The meters of a source with what is wanted of each; addresses were checked before. */
export function toMeters(channels: readonly Channel[]): PolledMeter[] {
  const byAddress = Map.groupBy(channels.keys(), (index) => String(channels[index].device.address))
  return [...byAddress].map(([name, indexes]) => {
    const { device, profileChannel } = channels[indexes[0]]
    return {
      name,
      address: parseAddress(device.address)!,
      meterTime: profileChannel['meterTime'] as MeterTime | undefined,
      channels: indexes.map((index) => ({ index, selector: selectorOf(channels[index].profileChannel), newestAt: NaN })),
      leftOut: 0,
      endedHere: 0,
    }
  })
}

/** Bits of the status byte: application error, permanent error, temporary error (EN 13757-3). */
const isInTrouble = (status: number): boolean => (status & 3) === 2 || (status & 0x18) !== 0

/** Puts what the profile wants of a reading into the queue; what is missing or unusable is counted. */
export function takeReading(meter: PolledMeter, telegrams: readonly Telegram[], context: DriverContext, queue: ReadingQueue): void {
  const records = telegrams.flatMap((telegram) => telegram.records)
  const isDoubtful = telegrams.some(({ status }) => isInTrouble(status))
  const where = `meter ${meter.name}`
  const timeZone = String(context.source.options?.['timeZone'] ?? DEFAULT_TIME_ZONE)
  const now = context.clock.now()
  for (const { fault } of telegrams) if (fault !== undefined) context.reject(fault.reason, 1, where)
  for (const channel of meter.channels) {
    const { index, selector } = channel
    const record = findRecord(records, selector)
    if (record === undefined) {
      context.reject('no-record', 1, where)
      continue
    }
    const found = valueFor(record, selector)
    if ('reason' in found) {
      context.reject(found.reason, 1, where)
      continue
    }
    const at = meter.meterTime === undefined ? now : meterTimeOf(records, selector.storage, meter.meterTime, timeZone)
    if (Number.isNaN(at)) {
      context.reject('no-time', 1, where)
      continue
    }
    // A clock of minutes tells the same time for many readings: the first one stands for all of them.
    if (at === channel.newestAt) continue
    const quality = isDoubtful && found.quality === QUALITY.measured ? QUALITY.uncertain : found.quality
    if (queue.push(index, at, found.value, quality)) channel.newestAt = at
    else context.reject('queue-full', 1, where)
  }
}
