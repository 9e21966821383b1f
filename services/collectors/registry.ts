import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { DriverFactory } from './port.ts'

/** One line a protocol; a driver is only loaded where a district uses it. */
const DRIVERS: Readonly<Record<string, () => Promise<DriverFactory>>> = {
  opcua: async () => (await import('./opcua/driver.ts')).opcuaDriver,
  modbus: async () => (await import('./modbus/driver.ts')).modbusDriver,
  mqtt: async () => (await import('./mqtt/driver.ts')).mqttDriver,
  files: async () => (await import('./files/driver.ts')).filesDriver,
  http: async () => (await import('./http/driver.ts')).httpDriver,
  mbus: async () => (await import('./mbus/driver.ts')).mbusDriver,
  'linky-tic': async () => (await import('./linky-tic/driver.ts')).ticDriver,
  iec104: async () => (await import('./iec104/driver.ts')).iec104Driver,
  lorawan: async () => (await import('./lorawan/driver.ts')).lorawanDriver,
  sparkplug: async () => (await import('./sparkplug/driver.ts')).sparkplugDriver,
}

export const PROTOCOLS: readonly string[] = Object.keys(DRIVERS)

/** The driver of a protocol. Throws PF_PROTOCOL_UNKNOWN. */
export async function driverFactory(protocol: string): Promise<DriverFactory> {
  if (!Object.hasOwn(DRIVERS, protocol)) {
    throw new PenfeldError('PF_PROTOCOL_UNKNOWN', `There is no driver for the protocol "${protocol}"; there are ${PROTOCOLS.join(', ')}.`, { where: protocol })
  }
  return await DRIVERS[protocol]()
}
