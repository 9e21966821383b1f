import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { District, Source } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Environment } from '#services/config/environment.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { Field } from './field.ts'
import { DEVICE_REGISTERS, placeOf, writeTime, writeValue } from './modbus/registers.ts'
import { startModbusServer } from './modbus/server.ts'
import { startMqttBroker } from './mqtt/broker.ts'
import { keyOf, payloadOf } from './mqtt/payload.ts'
import { startOpcUaServer } from './opcua/server.ts'
import { byDevice, emissionTimes, qualityUnder, toWire, wiredPoints } from './outlet.ts'
import type { Fault, Ledger, Outlet } from './outlet.ts'

export interface OutletContext {
  readonly field: Field
  readonly district: District
  readonly source: Source
  readonly environment: Environment
  readonly clock: Clock
  readonly ledger: Ledger
  readonly log: Logger
}

/** What is read of the past over OPC-UA; older values come from the imported history. */
const HISTORY_KEPT_MS = 14 * 86_400_000
const RESTART_MS = 3_000

/** A server that can be stopped and started again in place; nothing is emitted while it is away. */
async function restartable<T extends { stop(): Promise<void> }>(start: () => Promise<T>) {
  let server: T | undefined = await start()
  let busy: Promise<void> = Promise.resolve()
  let stopped = false
  return {
    current: () => server,
    restart: () => (busy = busy.then(async () => {
      const old = server
      server = undefined
      await old?.stop()
      await delay(RESTART_MS)
      if (!stopped) server = await start()
    })),
    stop: async () => {
      stopped = true
      await busy
      await server?.stop()
    },
  }
}

/** The control system of the network. */
export async function startOpcUaOutlet({ field, district, source, environment, clock, ledger, log }: OutletContext): Promise<Outlet> {
  const points = wiredPoints(field, district, source)
  let fault: Fault = 'none'
  const server = await restartable(() => startOpcUaServer({
    port: environment.ports.opcua,
    points: points.map(({ one: { point }, device, channel }) => ({ pointId: point.id, nodePath: `${device.address}.${channel}`, unit: point.unit })),
    history: (pointId, from, to) => field.series(field.find(pointId)!, Math.max(from, clock.now() - HISTORY_KEPT_MS), Math.min(to, clock.now())),
    pkiFolder: join(environment.dataFolder, 'field', 'opcua'), clock, log,
  }))
  const wires = points.map((point, index) => ({ point, index, stepMs: point.one.point.stepS * 1_000 }))
  return {
    sourceId: source.id, protocol: source.protocol,
    emit(from, to) {
      const running = server.current()
      if (running === undefined || fault === 'silence') return
      for (const { point: { one }, index, stepMs } of wires) {
        for (const at of emissionTimes(from, to, stepMs, source.periodS * 1_000)) {
          const value = field.valueAt(one, at)
          if (Number.isNaN(value)) continue
          running.publish(index, at, value * one.point.sign, qualityUnder(fault))
          ledger.note(source.id, one.point.id, at, value, qualityUnder(fault))
        }
      }
    },
    async setFault(next) {
      fault = next === 'restart' ? 'none' : next
      if (next === 'restart') await server.restart()
    },
    stop: () => server.stop(),
  }
}

/** Meters of buildings behind one Modbus gateway. */
export async function startModbusOutlet({ field, district, source, environment, ledger, log }: OutletContext): Promise<Outlet> {
  const devices = byDevice(wiredPoints(field, district, source)).map(([device, points]) => ({
    unit: Number(device.address),
    registers: new Uint16Array(DEVICE_REGISTERS),
    points: points.map((point) => {
      const place = placeOf(device.profile, point.channel, point.one.point.id)
      return { one: point.one, place, toWire: toWire(point, place.unit) }
    }),
  }))
  let fault: Fault = 'none'
  const server = await restartable(async () => {
    const started = await startModbusServer({ port: environment.ports.modbus, log })
    for (const { unit, registers } of devices) started.setRegisters(unit, registers)
    return started
  })
  return {
    sourceId: source.id, protocol: source.protocol,
    emit(from, to) {
      for (const { registers, points } of devices) {
        // Registers hold one moment: the newest that would have been shown.
        const at = emissionTimes(from, to, Math.min(...points.map(({ one }) => one.point.stepS)) * 1_000, source.periodS * 1_000).at(-1)
        if (at === undefined) continue
        for (const { one, place, toWire: convert } of points) {
          const value = field.valueAt(one, at)
          if (Number.isNaN(value)) continue
          writeValue(registers, place, convert(value))
          ledger.note(source.id, one.point.id, at, value, qualityUnder(fault))
        }
        writeTime(registers, at)
      }
    },
    async setFault(next) {
      fault = next === 'restart' ? 'none' : next
      if (next === 'restart') await server.restart()
      else server.current()?.setFault(next)
    },
    stop: () => server.stop(),
  }
}

/** Chargers, lamps, water, gas and weather of the city. */
export async function startMqttOutlet({ field, district, source, environment, ledger }: OutletContext): Promise<Outlet> {
  const devices = byDevice(wiredPoints(field, district, source)).map(([device, points]) => ({
    topic: String(device.address),
    stepMs: Math.min(...points.map(({ one }) => one.point.stepS)) * 1_000,
    periodMs: (QUIET_DEVICES.has(device.profile) ? 60 : source.periodS) * 1_000,
    points: points.map((point) => {
      const key = keyOf(device.profile, point.channel, point.one.point.id)
      return { one: point.one, key, toWire: toWire(point, key.unit) }
    }),
  }))
  let fault: Fault = 'none'
  const broker = await restartable(() => startMqttBroker({ port: environment.ports.mqtt }))
  return {
    sourceId: source.id, protocol: source.protocol,
    emit(from, to) {
      const running = broker.current()
      if (running === undefined || fault === 'silence') return
      for (const { topic, stepMs, periodMs, points } of devices) {
        for (const at of emissionTimes(from, to, stepMs, periodMs)) {
          const values = points.map(({ one, key, toWire: convert }) => {
            const value = fault === 'bad-quality' ? NaN : field.valueAt(one, at)
            ledger.note(source.id, one.point.id, at, value, qualityUnder(fault))
            return { key, value: convert(value) }
          })
          running.publish(topic, payloadOf(at, values))
        }
      }
    },
    async setFault(next) {
      fault = next === 'restart' ? 'none' : next
      if (next === 'restart') await broker.restart()
    },
    stop: () => broker.stop(),
  }
}

/** Devices on batteries or by the hundred write once a minute. */
const QUIET_DEVICES = new Set(['luminaire', 'water-meter', 'gas-meter'])
