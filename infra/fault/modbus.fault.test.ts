import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { testChannel } from '#services/collectors/driver.testkit.ts'
import { modbusDriver } from '#services/collectors/modbus/driver.ts'
import { watchDriver } from './lab/driver-context.ts'
import { counts, isAsked } from './lab/full.ts'
import { startProxy } from './lab/proxy.ts'
import { experiment, type ExperimentRun } from './lab/report.ts'

const BAD_UNIT = 3
const UNITS = [1, 2, 3, 4]
/** So far apart that each is a question of its own. */
const REGISTERS = [0, 40]
const CLOCK = 80
const PERIOD_MS = 1_000
const MODES = ['good', 'short', 'truncated', 'wrong-transaction', 'stale', 'exception-06', 'silence', 'wrong-unit', 'wrong-function'] as const
type Mode = (typeof MODES)[number]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a register of a unit shows in a second: no other register shows it in any second of the hour. */
const valueOf = (unit: number, register: number, second: number) => unit * 100_000_000 + register * 1_000_000 + (second % 3_600)

/** Answers like a device, or in one of the wrong ways. */
function answer(request: Buffer, mode: Mode, before: Buffer | undefined): Buffer | undefined {
  const [unit, register, count] = [request[6], request.readUInt16BE(8), request.readUInt16BE(10)]
  const second = Math.floor(Date.now() / 1_000)
  const data = Buffer.alloc(count * 2)
  const value = register === CLOCK ? second : valueOf(unit, register, second)
  data.writeUInt32BE(value >>> 0, 0)
  const good = Buffer.concat([request.subarray(0, 4), Buffer.from([0, 3 + data.length, unit, 3, data.length]), data])
  switch (mode) {
    case 'good': return good
    case 'short': return Buffer.concat([request.subarray(0, 4), Buffer.from([0, 4, unit, 3, data.length, 1])])
    case 'truncated': return good.subarray(0, good.length - 2)
    case 'wrong-transaction': good.writeUInt16BE((good.readUInt16BE(0) + 1) % 65_536, 0); return good
    // The answer to the question before, which was another register.
    case 'stale': return before === undefined ? undefined : Buffer.concat([before, good])
    case 'exception-06': return Buffer.concat([request.subarray(0, 4), Buffer.from([0, 3, unit, 0x83, 6])])
    case 'silence': return undefined
    case 'wrong-unit': good[6] = unit + 1; return good
    case 'wrong-function': good[7] = 4; return good
  }
}

async function startHostile(nextMode: () => Mode, onFault: () => void) {
  const server = createServer((socket) => {
    let before: Buffer | undefined
    let pending = Buffer.alloc(0)
    socket.on('error', () => {}).on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes])
      for (; pending.length >= 12; pending = pending.subarray(12)) {
        const request = pending.subarray(0, 12)
        const mode = request[6] === BAD_UNIT ? nextMode() : 'good'
        if (mode !== 'good') onFault()
        const reply = answer(request, mode, before)
        if (reply !== undefined) {
          before = reply
          socket.write(reply)
        }
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((resolve) => server.close(resolve)) }
}

interface Trial { readonly mode: Mode | 'any'; readonly delaysMs: number[]; readonly produced: number; readonly wrong: readonly string[]; readonly rejected: ReadonlyMap<string, number>; readonly recoveryMs: number }

/** One line with one unit that is wrong in one way (or in any), for as long as said, and then good again. */
async function tryLine(mode: Mode | 'any', badMs: number, run: ExperimentRun): Promise<Trial> {
  let bad = true
  const server = await startHostile(() => (bad ? (mode === 'any' ? run.random.pick(MODES) : mode) : 'good'), () => run.fault())
  const proxy = await startProxy({ port: server.port }, run.random)
  proxy.set({ sliceBytes: 4, slicePauseMs: 1, latencyMs: 2, jitterMs: 2 })
  const channels = UNITS.flatMap((unit) => REGISTERS.map((register) => testChannel('field', unit, { unit: 'W', register, type: 'uint32', timeRegister: CLOCK })))
  const newestMs = new Map<number, number>()
  const delaysMs: number[] = []
  const wrong: string[] = []
  let produced = 0
  const watched = watchDriver({ id: 'field', protocol: 'modbus', url: `modbus-tcp://127.0.0.1:${proxy.port}`, periodS: PERIOD_MS / 1_000, staleAfterS: 5 }, channels, tmpdir(), ({ channels: rows, at, values }) => {
    const seen = new Set<number>()
    for (const [row, channel] of rows.entries()) {
      const unit = UNITS[Math.floor(channel / REGISTERS.length)]
      const register = REGISTERS[channel % REGISTERS.length]
      produced++
      // The second may turn between the clock and the value: the driver then asks again, or says uncertain.
      const second = Math.round(at[row] / 1_000)
      if (![-1, 0, 1, 2].some((late) => values[row] === valueOf(unit, register, second + late))) wrong.push(`${mode}: unit ${unit} register ${register}: ${values[row]}`)
      seen.add(unit)
    }
    const now = performance.now()
    for (const unit of seen) {
      const before = newestMs.get(unit)
      if (before !== undefined && unit !== BAD_UNIT && bad) delaysMs.push(now - before - PERIOD_MS)
      newestMs.set(unit, now)
    }
  })
  const driver = await modbusDriver.start(watched.context)
  await pause(badMs)
  bad = false
  proxy.heal()
  const healed = performance.now()
  await expect.poll(() => (newestMs.get(BAD_UNIT) ?? 0) > healed, { timeout: 60_000, interval: 50 }).toBe(true)
  const recoveryMs = performance.now() - healed
  await driver.stop()
  await proxy.close()
  await server.close()
  return { mode, delaysMs, produced, wrong, rejected: watched.rejected, recoveryMs }
}

test.runIf(isAsked(22))('a hostile Modbus unit behind a slicing line: no value of another register, and the others hardly wait', () => experiment(22, 'driver', async (run) => {
  const modes = [...MODES.filter((mode) => mode !== 'good'), 'any'] as const
  const ownDelay = monitorEventLoopDelay({ resolution: 10 })
  ownDelay.enable()
  const trials = await Promise.all(modes.map((mode) => tryLine(mode, counts(8_000, 120_000), run)))
  const delays = trials.flatMap(({ delaysMs }) => delaysMs).sort((left, right) => left - right)
  const produced = trials.reduce((sum, trial) => sum + trial.produced, 0)
  const dropped = trials.flatMap(({ rejected }) => [...rejected.values()]).reduce((sum, count) => sum + count, 0)
  for (const { recoveryMs } of trials) run.recovered(recoveryMs)
  run.values({ produced: produced + dropped, stored: produced, dropped })
  run.measure('others later than their period, p90 ms', delays[Math.floor(delays.length * 0.9)])
  run.measure('max ms', delays.at(-1)!)
  expect(trials.flatMap(({ wrong }) => wrong)).toEqual([])
  expect(delays.length).toBeGreaterThan(counts(100, 2_000))
  // Less what this process itself was late on a busy machine.
  expect(delays[Math.floor(delays.length * 0.9)] - ownDelay.percentile(99) / 1e6).toBeLessThan(1_000)
  // What was refused is counted by its reason.
  const reasonsOf = (mode: Mode) => [...trials.find((trial) => trial.mode === mode)!.rejected.keys()]
  expect(reasonsOf('short')).toContain('malformed-answer')
  expect(reasonsOf('wrong-function')).toContain('malformed-answer')
  expect(reasonsOf('exception-06')).toContain('exception-06')
}))
