/** Servers of the field in a process of their own: they give every value anew each second, a tenth of its devices every 100 ms. */
import { createClock } from '#services/clock/shifted-clock.ts'
import { startModbusServer } from '#services/simulator/modbus/server.ts'
import { DEVICE_REGISTERS, writeTime } from '#services/simulator/modbus/registers.ts'
import { startMqttBroker } from '#services/simulator/mqtt/broker.ts'
import { startOpcUaServer } from '#services/simulator/opcua/server.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { DEVICE_KINDS, type FieldServerPlan } from './plan.ts'

const SLICES = 10
const SLICE_MS = 1_000 / SLICES

interface FieldServer {
  publish(device: number, at: number, second: number): void
  stop(): Promise<void>
}

/** A value that changes each second and fits every protocol. */
const valueOf = (device: number, channel: number, second: number): number => (device * 7 + channel * 131 + second * 3) % 10_000

async function startServer({ protocol, port, devices }: FieldServerPlan, folder: string): Promise<FieldServer> {
  const { channels, address } = DEVICE_KINDS[protocol]
  if (protocol === 'opcua') {
    const points = Array.from({ length: devices * channels.length }, (_, index) => {
      const [suffix, , unit] = channels[index % channels.length]
      const nodePath = `${address(Math.floor(index / channels.length))}.${suffix}`
      return { pointId: nodePath, nodePath, unit }
    })
    const none = { at: [], values: [], quality: [] }
    const server = await startOpcUaServer({ port, points, history: () => none, pkiFolder: folder, clock: createClock(undefined, 0), log: silentLogger })
    return {
      publish(device, at, second) {
        for (let channel = 0; channel < channels.length; channel++) server.publish(device * channels.length + channel, at, valueOf(device, channel, second), 0)
      },
      stop: () => server.stop(),
    }
  }
  if (protocol === 'modbus') {
    const server = await startModbusServer({ port, log: silentLogger })
    const registers = Array.from({ length: devices }, () => new Uint16Array(DEVICE_REGISTERS))
    registers.forEach((one, index) => server.setRegisters(Number(address(index)), one))
    return {
      publish(device, at, second) {
        channels.forEach((_, channel) => (registers[device][2 * channel + 1] = valueOf(device, channel, second)))
        writeTime(registers[device], at)
      },
      stop: () => server.stop(),
    }
  }
  const broker = await startMqttBroker({ port })
  return {
    publish: (device, at, second) => broker.publish(String(address(device)), JSON.stringify({ ts: new Date(at).toISOString(), powerW: valueOf(device, 0, second), energyWh: valueOf(device, 1, second), state: valueOf(device, 2, second) % 3 })),
    stop: () => broker.stop(),
  }
}

const plans = JSON.parse(process.argv[2]) as FieldServerPlan[]
const servers = await Promise.all(plans.map(async (plan) => ({ plan, server: await startServer(plan, process.argv[3]) })))
let produced = 0
let slice = 0
let next = performance.now()
let timer: NodeJS.Timeout
const tick = (): void => {
  const second = Math.floor(slice / SLICES)
  const at = Date.now()
  for (const { plan, server } of servers) {
    for (let device = slice % SLICES; device < plan.devices; device += SLICES) {
      server.publish(device, at, second)
      produced += DEVICE_KINDS[plan.protocol].channels.length
    }
  }
  slice++
  next += SLICE_MS
  timer = setTimeout(tick, Math.max(0, next - performance.now()))
}
// The bench says when: collect must be connected to everything before the count begins.
process.on('message', (message) => {
  if (message === 'produced') process.send!({ produced, lagMs: Math.max(0, performance.now() - next) })
})
process.on('disconnect', () => process.exit(0))
process.once('SIGTERM', () => {
  clearTimeout(timer)
  void Promise.allSettled(servers.map(({ server }) => server.stop())).finally(() => process.exit(0))
})
tick()
process.send!({ ready: true })
