/** What stands in the field of the ingest bench: how many devices of each protocol, and the district document that reads them. */
import type { Device, District, MeasurementPoint, Source } from '#models/district/schema.ts'
import { smallDistrict } from '#services/simulator/small-district.ts'

export type FieldProtocol = 'opcua' | 'modbus' | 'mqtt'

/** One server of the field, a process of its own; every device has a new value on every channel each second. */
export interface FieldServerPlan {
  readonly protocol: FieldProtocol
  readonly sourceId: string
  readonly port: number
  readonly devices: number
}

interface DeviceKind {
  readonly profile: string
  readonly channels: readonly (readonly [channel: string, quantity: MeasurementPoint['quantity'], unit: string])[]
  /** Modbus: what one RS-485 line behind a gateway carries without a repeater. */
  readonly mostPerServer: number
  readonly address: (index: number) => string | number
}

export const DEVICE_KINDS: Readonly<Record<FieldProtocol, DeviceKind>> = {
  opcua: {
    profile: 'network-sensor', mostPerServer: 6_000, address: (index) => `D${index}`,
    channels: [['p', 'active-power', 'kW'], ['q', 'reactive-power', 'kvar'], ['i', 'current', 'A'], ['u', 'voltage', 'V'], ['position', 'state', '1'], ['temperature', 'temperature', 'degC']],
  },
  modbus: {
    profile: 'shop-meter', mostPerServer: 32, address: (index) => index + 1,
    channels: [['p', 'active-power', 'kW'], ['q', 'reactive-power', 'kvar'], ['e', 'active-energy', 'kWh']],
  },
  mqtt: {
    profile: 'ev-charger', mostPerServer: 50, address: (index) => `chargers/${index}`,
    channels: [['p', 'active-power', 'kW'], ['e', 'active-energy', 'kWh'], ['state', 'state', '1']],
  },
}
/** Most values of a large site come from its control systems. */
const SHARES: Readonly<Record<FieldProtocol, number>> = { opcua: 0.92, modbus: 0.04, mqtt: 0.04 }
export const MIX = Object.entries(SHARES).map(([protocol, share]) => `${share * 100} % ${protocol}`).join(', ')

/** Servers that together give about `valuesPerSecond`; `ports` must hold enough. */
export function fieldPlan(valuesPerSecond: number, takePort: () => number): FieldServerPlan[] {
  return (Object.keys(SHARES) as FieldProtocol[]).flatMap((protocol) => {
    const { channels, mostPerServer } = DEVICE_KINDS[protocol]
    const devices = Math.round((valuesPerSecond * SHARES[protocol]) / channels.length)
    const servers = Math.ceil(devices / mostPerServer)
    return Array.from({ length: servers }, (_, index) => ({
      protocol, sourceId: `${protocol}-${index}`, port: takePort(), devices: Math.floor(devices / servers) + (index < devices % servers ? 1 : 0),
    }))
  })
}

export const valuesPerSecond = (plan: readonly FieldServerPlan[]): number => plan.reduce((sum, { protocol, devices }) => sum + devices * DEVICE_KINDS[protocol].channels.length, 0)
export const pointName = (sourceId: string, device: number, channel: string): string => `${sourceId}.${device}.${channel}`

const URLS: Readonly<Record<FieldProtocol, (port: number) => string>> = {
  opcua: (port) => `opc.tcp://127.0.0.1:${port}/penfeld`,
  modbus: (port) => `modbus-tcp://127.0.0.1:${port}`,
  mqtt: (port) => `mqtt://127.0.0.1:${port}`,
}

/** The document: `trustedFolder` holds the certificates of the OPC-UA servers by source. */
export function districtOf(plan: readonly FieldServerPlan[], trustedFolder: (sourceId: string) => string): District {
  const sources: Source[] = []
  const devices: Device[] = []
  const measurementPoints: MeasurementPoint[] = []
  for (const { protocol, sourceId, port, devices: count } of plan) {
    const kind = DEVICE_KINDS[protocol]
    sources.push({ id: sourceId, protocol, url: URLS[protocol](port), periodS: 1, staleAfterS: 20, ...(protocol === 'opcua' ? { options: { trustedCertificateFolder: trustedFolder(sourceId) } } : {}) })
    for (let index = 0; index < count; index++) {
      const id = `${sourceId}.${index}`
      devices.push({ id, source: sourceId, profile: kind.profile, address: kind.address(index) })
      for (const [channel, quantity, unit] of kind.channels) {
        measurementPoints.push({ id: pointName(sourceId, index, channel), carrier: 'electricity', quantity, unit, kind: quantity === 'active-energy' ? 'register' : 'instant', stepS: 1, sign: 1, resolution: 0.001, on: 'F1', feed: { device: id, channel } })
      }
    }
  }
  return { ...smallDistrict(), sources, devices, meters: [], measurementPoints, virtualMeters: [] }
}
