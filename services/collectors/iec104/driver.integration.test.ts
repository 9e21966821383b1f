import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OPCUACertificateManager } from 'node-opcua'
import { expect, onTestFinished, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { driverContract } from '../contract.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { MARK } from './asdu.ts'
import { iec104Driver } from './driver.ts'
import { createOutstation } from './outstation.testkit.ts'
import { SUMMER_TIME, TIME_INVALID } from './time-tag.ts'
import { channelOf, measure, PATIENCE, SPONTANEOUS, sourceAt, startStation, watch, wholeSecond } from './watch.testkit.ts'

driverContract('iec104', async (folder) => {
  const port = await freePort()
  const station = createOutstation()
  const marks: Readonly<Record<number, number>> = { [QUALITY.measured]: 0, [QUALITY.uncertain]: MARK.notTopical, [QUALITY.bad]: MARK.invalid }
  return {
    factory: iec104Driver, source: sourceAt(`iec104://127.0.0.1:${port}`), channels: [channelOf(1), channelOf(2)], stateFolder: join(folder, 'state'),
    gives: { time: true, quality: true, history: true },
    async startServer() {
      await station.start(port)
      return {
        publish: (channel, at, value, quality) => measure(station, channel + 1, value, at, marks[quality]),
        stop: () => station.stop(),
      }
    },
  }
})

test('nothing is confirmed that is not in the journal, and what was not confirmed comes again after a kill of the connection', async () => {
  const { station, url } = await startStation()
  let open: (() => void) | undefined
  let isShut = true
  const { rows, values } = await watch(sourceAt(url), [channelOf(1)], () => (isShut ? new Promise<void>((resolve) => { open = resolve }) : Promise.resolve()))
  await expect.poll(() => station.received, PATIENCE).toContain('I 100 1')
  const at = wholeSecond()
  for (let step = 1; step <= 5; step++) measure(station, 1, step, at + step * 1_000)
  await expect.poll(() => open, PATIENCE).toBeDefined()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([station.counters.confirmed, station.unconfirmed, rows.length]).toEqual([0, 5, 0])
  station.cut()
  isShut = false
  open!()
  await expect.poll(() => station.unconfirmed, PATIENCE).toBe(0)
  await expect.poll(() => new Set(values(0)), PATIENCE).toEqual(new Set([1, 2, 3, 4, 5]))
  // Whatever came twice says the same both times.
  const dated = rows.filter((row) => row.at <= at + 5_000 && row.at % 1_000 === 0)
  for (const { at: time, value } of dated) expect(time).toBe(at + value * 1_000)
})

test('through cut connections, a journal that refuses and restarts of the driver every event is stored, in order, before it is confirmed', async () => {
  const stored = new Set<number>()
  let early = 0
  let step = 0
  const { station, url } = await startStation({ onConfirmed: ({ values: [value] }) => { if (!stored.has(value)) early++ } })
  const journal = async ({ values }: { readonly values: Float64Array }): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, (step * 7) % 20))
    if (step++ % 9 === 1) throw new Error('the journal takes nothing')
    for (const value of values) stored.add(value)
  }
  const at = wholeSecond() - 10_000_000
  const events = 1_000
  let told = 0
  const telling = setInterval(() => { for (const end = Math.min(events, told + 10); told < end; told++) station.event({ typeId: 36, cause: SPONTANEOUS, commonAddress: 1, objects: [{ address: 1, value: told, time: at + told }] }) }, 10)
  onTestFinished(() => clearInterval(telling))
  const rows: { readonly at: number; readonly value: number }[] = []
  for (let restart = 0; restart < 3; restart++) {
    const driver = await watch(sourceAt(url), [channelOf(1)], journal)
    for (let cut = 0; cut < 2; cut++) {
      await expect.poll(() => station.counters.connections, PATIENCE).toBe(2 * restart + cut + 1)
      const before = driver.rows.length
      await expect.poll(() => driver.rows.length > before || station.unconfirmed === 0, PATIENCE).toBe(true)
      station.cut()
    }
    await driver.stop()
    rows.push(...driver.rows)
  }
  const last = await watch(sourceAt(url), [channelOf(1)], journal)
  await expect.poll(() => [told, station.unconfirmed], { timeout: 60_000, interval: 50 }).toEqual([events, 0])
  rows.push(...last.rows)
  expect([early, stored.size, station.counters.connections]).toEqual([0, events, 7])
  const firsts = rows.filter(({ value }, place) => rows.findIndex((row) => row.value === value) === place)
  expect(firsts.map(({ value }) => value)).toEqual(Array.from({ length: events }, (_, value) => value))
  expect(rows.every((row) => row.at === at + row.value)).toBe(true)
})

test('forty thousand buffered events come whole and in order through a window of twelve, with the sequence numbers turning over', async () => {
  const { station, url } = await startStation()
  const at = wholeSecond() - 40_000_000
  const count = 40_000
  for (let step = 0; step < count; step++) station.event({ typeId: 36, cause: SPONTANEOUS, commonAddress: 1, objects: [{ address: 1, value: step, time: at + step }] })
  const { rows } = await watch(sourceAt(url), [channelOf(1)])
  await expect.poll(() => station.unconfirmed, { timeout: 60_000, interval: 100 }).toBe(0)
  expect(rows).toHaveLength(count)
  expect(rows.every(({ at: time, value }, step) => value === step && time === at + step)).toBe(true)
  expect(station.counters.connections).toBe(1)
})

test('bays of one station and other stations share a line; what is refused, missing or fed to nobody is said', async () => {
  const { station, url } = await startStation({ stations: [1, 2] })
  for (const [commonAddress, object, value] of [[1, 101, 11], [1, 201, 12], [2, 101, 21], [2, 999, 5]]) station.hold(commonAddress, 13, { address: object, value })
  station.hold(1, 3, { address: 102, value: 2 })
  station.hold(1, 7, { address: 103, value: 0b100 })
  const bay = (address: string) => channelOf(1, address)
  const { rows, states, rejected, values } = await watch(sourceAt(url), [bay('1/100'), bay('1/200'), bay('2/100'), bay('3/100'), channelOf(2, '1/100', { kind: 'double-point' }), channelOf(3, '1/100', { kind: 'bits', bit: 2 }), channelOf(3, '1/100', { kind: 'bits', bit: 1 })])
  await expect.poll(() => states.at(-1), PATIENCE).toBe('connected: station 3 leaves the interrogation refused; no value of 3/101; 1 objects feed no point')
  expect([0, 1, 2, 3, 4, 5, 6].map(values)).toEqual([[11], [12], [21], [], [1], [1], [0]])
  for (const { at, receivedAt, quality } of rows) expect([receivedAt - at < 1_000, quality]).toEqual([true, QUALITY.measured])
  expect([...rejected]).toEqual([])
  measure(station, 101, 99, wholeSecond(), 0, 7)
  await expect.poll(() => rejected.get('unknown-station'), PATIENCE).toBe(1)
})

test('stations are asked again by period; counters are read, never frozen; nothing else is sent', async () => {
  const { station, url } = await startStation()
  station.hold(1, 13, { address: 1, value: 7 })
  station.hold(1, 15, { address: 2, value: 1_234, marks: 3 })
  const { values, stop } = await watch(sourceAt(url, { interrogationS: 2, countersS: 2 }), [channelOf(1), channelOf(2, 1, { kind: 'total', unit: 'kWh', scale: 0.1 })])
  await expect.poll(() => [values(0).length, values(1).length].every((count) => count >= 2), PATIENCE).toBe(true)
  expect([new Set(values(0)), new Set(values(1))]).toEqual([new Set([7]), new Set([1_234 * 0.1])])
  await stop()
  expect(new Set(station.received.map((each) => (each.startsWith('S ') ? 'S' : each)))).toEqual(new Set(['startActivate', 'I 100 1', 'I 101 1', 'S', 'stopActivate']))
  expect(station.received.at(-1)).toBe('stopActivate')
  expect(station.questions.map(({ kind, value }) => `${kind} ${value}`)).toEqual(expect.arrayContaining(['interrogation 20', 'counter-interrogation 5']))
  expect(new Set(station.questions.map(({ value }) => value))).toEqual(new Set([20, 5]))
})

test('a station that has restarted is asked anew', async () => {
  const { station, url } = await startStation()
  station.hold(1, 13, { address: 1, value: 7 })
  const { values } = await watch(sourceAt(url), [channelOf(1)])
  await expect.poll(() => values(0), PATIENCE).toEqual([7])
  station.event({ typeId: 70, cause: 4, commonAddress: 1, objects: [{ address: 0, value: 0 }] })
  await expect.poll(() => values(0), PATIENCE).toEqual([7, 7])
  expect(station.questions).toHaveLength(2)
})

test('times of a station in local time, without a clock, and impossible ones; values that are a test, of another kind or of no cause', async () => {
  const { station, url } = await startStation()
  const { rows, rejected } = await watch(sourceAt(url, { timeZone: 'Europe/Paris' }), [channelOf(1)])
  const say = (value: number, more: object, object: object = {}) => station.event({ typeId: 36, cause: SPONTANEOUS, commonAddress: 1, ...more, objects: [{ address: 1, value, time: Date.UTC(2026, 9, 25, 2, 30), ...object }] })
  say(1, {}, { timeMarks: SUMMER_TIME })
  say(2, {})
  say(3, {}, { timeMarks: TIME_INVALID })
  say(4, {}, { timeMarks: TIME_INVALID })
  say(5, { isTest: true })
  say(6, { isNegative: true })
  say(7, { cause: 45 })
  say(8, { typeId: 35 })
  say(9, { typeId: 14 }, { time: Date.now() % 3_600_000 })
  say(10, {}, { time: Date.UTC(1999, 0, 1), timeMarks: 0 })
  station.event({ typeId: 13, cause: 1, commonAddress: 1, objects: [{ address: 1, value: 11, marks: MARK.invalid }] })
  await expect.poll(() => rows.some(({ value }) => value === 11), PATIENCE).toBe(true)
  const of = (value: number) => rows.find((row) => row.value === value)!
  expect([of(1).at, of(2).at]).toEqual([Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)])
  expect([of(3).quality, of(4).quality, of(11).quality]).toEqual([QUALITY.uncertain, QUALITY.uncertain, QUALITY.bad])
  expect(of(4).at).toBeGreaterThan(of(3).at)
  for (const value of [3, 4, 9, 11]) expect(Math.abs(of(value).receivedAt - of(value).at)).toBeLessThan(60_000)
  expect(rows.map(({ value }) => value)).toEqual([1, 2, 3, 4, 9, 11])
  expect(Object.fromEntries(rejected)).toEqual({ test: 1, cause: 2, 'other-kind': 1, 'time-malformed': 1 })
})

test('the second server is called when the first is away, and again the first', async () => {
  const [first, second] = [await startStation(), await startStation()]
  const { states } = await watch(sourceAt(first.url, { alternateUrl: second.url }), [channelOf(1)])
  await expect.poll(() => first.station.counters.connections, PATIENCE).toBe(1)
  await first.station.stop()
  await expect.poll(() => second.station.received, PATIENCE).toContain('I 100 1')
  await first.station.start(first.port)
  await second.station.stop()
  await expect.poll(() => first.station.counters.connections, PATIENCE).toBe(2)
  expect(states.filter((state) => state.startsWith('reconnecting')).every((state) => state.includes('iec104://'))).toBe(true)
})

test('over TLS only a server is believed whose certificate is trusted and names it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-iec104-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const pki = new OPCUACertificateManager({ rootFolder: folder, disableFileWatchers: true })
  await pki.initialize()
  const make = async (name: string): Promise<string> => {
    const outputFile = join(folder, `${name}.pem`)
    await pki.createSelfSignedCertificate({ applicationUri: `urn:${name}`, dns: [name], ip: [], subject: `/CN=${name}`, startDate: new Date(Date.now() - 86_400_000), validity: 30, outputFile })
    return outputFile
  }
  const [right, wrong] = [await make('substation.test'), await make('elsewhere.test')]
  const keyFile = pki.privateKey
  const station = createOutstation()
  onTestFinished(() => station.stop())
  const port = await station.start(0, { cert: await readFile(right), key: await readFile(keyFile), ca: await readFile(wrong), requestCert: true })
  const source = (caFile: string, serverName: string) => sourceAt(`iec104s://127.0.0.1:${port}`, { caFile, serverName, certificateFile: wrong, keyFile })
  const refused = await watch(source(wrong, 'substation.test'), [channelOf(1)])
  const misnamed = await watch(source(right, 'elsewhere.test'), [channelOf(1)])
  await expect.poll(() => [refused.states.some((state) => /self.signed/.test(state)), misnamed.states.some((state) => /elsewhere\.test/.test(state))], PATIENCE).toEqual([true, true])
  expect(station.received).toEqual([])
  await Promise.all([refused.stop(), misnamed.stop()])
  const { values } = await watch(source(right, 'substation.test'), [channelOf(1)])
  measure(station, 1, 5, wholeSecond())
  await expect.poll(() => values(0), PATIENCE).toContain(5)
})

test('the check names what cannot be read', () => {
  const faults = (url: string, options: Record<string, string | number>, channels = [channelOf(1)]) => iec104Driver.check(sourceAt(url, options), channels)
  const url = 'iec104://192.0.2.1:2404'
  expect(faults('iec104://', {})).toHaveLength(1)
  expect(faults('tcp://192.0.2.1:2404', { k: 0, t1S: 0, originator: 1.5, timeZone: 'Mars/Olympus', alternateUrl: 'x', keyFile: 'k', speed: 3, caFile: 7 })).toHaveLength(9)
  expect(faults(url, {}, [channelOf(1, 'bay'), channelOf(1, 0), channelOf(1, 65_535), channelOf(0, 1), channelOf(1, '1/16777215'), channelOf(1, 1, { kind: 'single-point', bit: 0 }), channelOf(1, 1, { kind: 'packed-points', bit: 16 })])).toHaveLength(7)
  expect(faults(url, { objectAddressOctets: 2, commonAddressOctets: 1 }, [channelOf(1, 255), channelOf(65_536)])).toHaveLength(2)
  expect(faults('iec104s://rtu.example', { alternateUrl: 'iec104s://[2001:db8::1]:19999', timeZone: 'Etc/GMT-1', t3S: 0.5 }, [channelOf(0, '65534/16777215'), channelOf(1, 1, { kind: 'bits', bit: 31 })])).toEqual([])
})
