import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testChannel } from '#services/collectors/driver.testkit.ts'
import { createTicDriver } from '#services/collectors/linky-tic/driver.ts'
import { frameBytes, horodate, withParity } from '#services/collectors/linky-tic/tic.testkit.ts'
import { killChildren, programPath, startChild } from './lab/children.ts'
import { watchDriver } from './lab/driver-context.ts'
import { counts, isAsked } from './lab/full.ts'
import { seededRandom } from './lab/random.ts'
import { experiment } from './lab/report.ts'

const METER = '031664001115'
const FRAMES = counts(60, 1_500)
const EVERY_MS = 25
/** After so long without a valid frame the driver tries the other speed. */
const SILENT_MS = 700
const RESYNC_FRAMES = 2
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const folder = mkdtempSync(join(tmpdir(), 'penfeld-tic-'))
afterAll(async () => {
  await killChildren()
  rmSync(folder, { recursive: true, force: true })
})

type Mode = 'historique' | 'standard'
const SPEED: Record<Mode, number> = { historique: 1_200, standard: 9_600 }

/** A frame whose number is its apparent power: what is handed over says which frame it came from. */
const frameOf = (mode: Mode, number: number): Uint8Array => withParity(mode === 'standard'
  ? frameBytes('standard', [['ADSC', METER], ['DATE', horodate(Math.floor(Date.now() / 1_000) * 1_000), ''], ['EAST', String(100_000 + number).padStart(9, '0')], ['SINSTS', String(number).padStart(5, '0')]])
  : frameBytes('historique', [['ADCO', METER], ['BASE', String(100_000 + number).padStart(9, '0')], ['PAPP', String(number).padStart(5, '0')], ['MOTDETAT', '000000']]))

test.runIf(isAsked(23))('a Linky meter on a pseudo terminal, damaged, in both modes: only true values, found again within two frames', () => experiment(23, 'serial', async (run) => {
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  await startChild({ name: 'socat', command: programPath('socat'), args: [`PTY,link=${near},raw,echo=0`, `PTY,link=${far},raw,echo=0`], ready: () => existsSync(near) && existsSync(far) })
  const line = openSync(far, 'r+')
  const received: number[] = []
  const channels = [testChannel('homes', '*', { unit: 'VA', label: 'SINSTS' }), testChannel('homes', '*', { unit: 'VA', label: 'PAPP' })]
  const watched = watchDriver({ id: 'homes', protocol: 'linky-tic', url: `tic-serial:${near}`, periodS: 2, staleAfterS: 10, options: { timeoutMs: SILENT_MS } }, channels, folder, ({ values }) => received.push(...values))
  const driver = await createTicDriver().start(watched.context)
  // What comes while nobody listens at the right speed is noise, as on a true line.
  const listenedAt = () => Number(execFileSync('stty', ['-F', near, 'speed'], { encoding: 'utf8' }).trim())
  // What depends on time draws from a source of its own: the damages of a seed are the same each time. Of 10,000 holes in a frame of the
  // historique mode about four leave a group that fits its checksum and is another number: no receiver can know.
  const passing = seededRandom(run.random.seed)
  let number = 0
  let listening = 0
  const speak = async (mode: Mode, damage: 'none' | 'bit' | 'cut' | 'noise' | 'hole') => {
    number++
    let bytes = frameOf(mode, number)
    if (damage === 'bit') bytes[run.random.below(bytes.length)] ^= 1 << run.random.below(8)
    if (damage === 'cut') bytes = bytes.slice(0, 1 + run.random.below(bytes.length - 1))
    if (damage === 'noise') bytes = Uint8Array.of(...Array.from({ length: run.random.below(40) }, () => run.random.below(256)), ...bytes)
    if (damage === 'hole') {
      const at = run.random.below(bytes.length)
      bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + 1 + run.random.below(30)))
    }
    if (number % 5 === 1) listening = listenedAt()
    if (listening !== SPEED[mode]) bytes = bytes.map(() => passing.below(256))
    for (let start = 0; start < bytes.length;) {
      const end = start + 1 + passing.below(40)
      writeSync(line, bytes.subarray(start, end))
      start = end
    }
    await pause(EVERY_MS)
    return number
  }

  const sentGood = new Set<number>()
  let mostMissed = 0
  for (const mode of ['historique', 'standard', 'historique'] as const) {
    if (number > 0) run.fault()
    const switched = performance.now()
    // Until it is found: a meter set to the other mode speaks at the other speed.
    const before = received.length
    while (received.length === before) {
      if (performance.now() - switched > 60_000) throw new Error(`no frame of ${mode} mode in a minute: ${watched.states.join(', ')}`)
      await speak(mode, 'none')
    }
    run.recovered(performance.now() - switched)
    const good: number[] = []
    for (let frame = 0; frame < FRAMES; frame++) {
      const damage = run.random.pick(['none', 'none', 'none', 'bit', 'cut', 'noise', 'hole'] as const)
      const sent = await speak(mode, damage)
      if (damage === 'none') { good.push(sent); sentGood.add(sent) } else run.fault()
    }
    // The next frames end whatever the last damage had begun.
    for (let frame = 0; frame < 3; frame++) await speak(mode, 'none')
    await pause(600)
    const taken = new Set(received)
    let missed = 0
    for (const sent of good) {
      missed = taken.has(sent) ? 0 : missed + 1
      mostMissed = Math.max(mostMissed, missed)
    }
  }
  await driver.stop()
  closeSync(line)

  const taken = new Set(received)
  const rejected = [...watched.rejected.values()].reduce((sum, count) => sum + count, 0)
  run.values({ produced: number, stored: received.length, dropped: rejected })
  run.measure('good frames missed in a row', mostMissed)
  // Numbers only rise, and none is beyond what was sent: a changed digit would not fit in.
  expect(received).toEqual(received.toSorted((left, right) => left - right))
  expect(Math.max(...received)).toBeLessThanOrEqual(number)
  expect(received.every((value) => Number.isInteger(value) && value > 0)).toBe(true)
  expect([...sentGood].filter((sent) => taken.has(sent)).length).toBeGreaterThan(sentGood.size * 0.8)
  expect(rejected).toBeGreaterThan(FRAMES / 10)
  expect(mostMissed).toBeLessThanOrEqual(RESYNC_FRAMES)
}))
