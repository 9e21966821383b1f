import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** What a device writes for one of its channels: the key in its JSON, its unit, and its decimals. */
interface Key {
  readonly key: string
  readonly unit: string
  readonly perUnit: number
}

const KEYS: Readonly<Record<string, Readonly<Record<string, Key>>>> = {
  'ev-charger': { p: { key: 'powerW', unit: 'W', perUnit: 1 }, e: { key: 'energyWh', unit: 'Wh', perUnit: 1 }, state: { key: 'state', unit: '1', perUnit: 1 } },
  'luminaire': { p: { key: 'powerW', unit: 'W', perUnit: 10 } },
  'water-meter': { volume: { key: 'volumeL', unit: 'L', perUnit: 1 } },
  'gas-meter': { volume: { key: 'volumeM3', unit: 'm3', perUnit: 100 } },
  'weather-station': { temperature: { key: 'temperatureC', unit: 'degC', perUnit: 10 }, irradiance: { key: 'irradianceWm2', unit: 'W/m2', perUnit: 1 } },
}

export function keyOf(profile: string, channel: string, where: string): Key {
  const found = KEYS[profile]?.[channel]
  if (found === undefined) throw new PenfeldError('PF_SIMULATOR_POINT_UNKNOWN', `No simulated MQTT device "${profile}" has a channel "${channel}".`, { where })
  return found
}

/** One message of one device; NaN becomes null, as devices write a sensor that gave nothing. */
export function payloadOf(at: number, values: readonly { readonly key: Key; readonly value: number }[]): string {
  const message: Record<string, string | number | null> = { ts: new Date(at).toISOString() }
  for (const { key, value } of values) message[key.key] = Number.isNaN(value) ? null : Math.round(value * key.perUnit) / key.perUnit
  return JSON.stringify(message)
}
