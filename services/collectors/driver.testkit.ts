import type { MeasurementPoint } from '#models/district/schema.ts'
import type { Channel, ProfileChannel } from './port.ts'

/** A channel of a power for the tests of drivers. */
export function testChannel(source: string, address: string | number, profileChannel: ProfileChannel): Channel {
  const id = `${source}-${address}`
  const point: MeasurementPoint = {
    id: `elec.dp.${id}.p`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 10, sign: 1, resolution: 0.001, on: id, feed: { device: id, channel: 'p' },
  }
  return { point, device: { id, source, profile: 'test', address }, profileChannel }
}
