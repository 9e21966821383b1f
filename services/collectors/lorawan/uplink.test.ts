import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { parseMessage } from '../json-message.ts'
import { loadProfiles } from '../profiles.ts'
import { BYTE_ORDERS, bytesOf, FIELD_TYPES, readField, type Field } from './bytes.ts'
import { FrameHistory } from './frame-history.ts'
import { chirpStackDevice, chirpStackUplink, thingsStackIds, thingsStackUplink, type SentUplink } from './network-server.testkit.ts'
import { channelFault, readingsOf, toWanted, type Readings, type WantedDevice } from './readings.ts'
import { readUplink, type Uplink } from './uplink.ts'

const EUI = '70B3D57ED0001A2B'
const AT = Date.UTC(2026, 0, 12, 17, 0, 5, 123)
const UP = `application/a/device/${EUI.toLowerCase()}/event/up`
const sent: SentUplink = { devEui: EUI, frameCounter: 7, port: 2, at: AT, decoded: { volumeL: 1_234, temperature: null, on: true, text: 'x' }, bytes: Uint8Array.of(0, 0, 4, 210, 0xd8) }

function uplinkOf(document: object, topic = UP): Uplink {
  const told = readUplink(document, topic)
  if ('reason' in told) throw new Error(told.reason)
  return told.uplink
}
const device = (channels: readonly object[], more: Partial<WantedDevice> = {}): WantedDevice => ({ channels: channels.map((channel, index) => toWanted(index, { unit: 'L', ...channel })), timePointer: undefined, timeField: undefined, ...more })
function readings(document: object, wanted: WantedDevice): Readings {
  const given = readingsOf(uplinkOf(document), document, wanted)
  if ('reason' in given) throw new Error(given.reason)
  return given
}

describe('messages of both network servers', () => {
  test.each([['The Things Stack', thingsStackUplink(sent), 'v3/district@city/devices/meter-1/up'], ['ChirpStack', chirpStackUplink(sent), UP]])('an uplink of %s', (_name, document, topic) => {
    expect(readUplink(document, topic)).toEqual({ uplink: { devEui: EUI, port: 2, frameCounter: 7, receivedAt: AT, decoded: sent.decoded, payload: 'AAAE0tg=', isEncrypted: false } })
  })

  test.each([['The Things Stack', thingsStackUplink], ['ChirpStack', chirpStackUplink]])('%s leaves out what is empty: the counter 0 and the payload', (_name, make) => {
    expect(uplinkOf(make({ devEui: EUI, frameCounter: 0, port: 0, at: AT }))).toEqual({ devEui: EUI, port: 0, frameCounter: 0, receivedAt: AT, decoded: undefined, payload: undefined, isEncrypted: false })
  })

  test('events made from the definitions of ChirpStack', () => {
    const events = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/recordings/lorawan/chirpstack-events.json'), 'utf8')) as { event: string; message: object }[]
    const told = events.map(({ event, message }) => readUplink(message, UP.replace(/up$/, event)))
    const uplink = { devEui: EUI, port: 2, frameCounter: 7, receivedAt: AT, decoded: { volumeL: 1_234, temperature: null, nested: { on: true } }, payload: 'AAAE0tg=', isEncrypted: false }
    expect(told).toEqual([
      { uplink }, { uplink: { ...uplink, port: 0, frameCounter: 0, decoded: undefined, payload: undefined } },
      ...['join', 'ack', 'txack', 'status', 'log'].map((event) => ({ reason: `event-${event}` })),
    ])
    expect(readings(events[0].message, device([{ pointer: '/volumeL' }, { pointer: '/nested/on' }, { pointer: '/rxInfo/0/rssi', of: 'message' }, { field: { offset: 0, type: 'uint32' } }])).values).toEqual([1_234, 1, -101, 1_234])
  })

  test.each([
    [{ end_device_ids: thingsStackIds(EUI), join_accept: { session_key_id: 'AZ==' } }, 'x', 'event-join-accept'],
    [{ end_device_ids: thingsStackIds(EUI), downlink_ack: { f_port: 15 } }, 'x', 'event-downlink-ack'],
    [{ end_device_ids: thingsStackIds(EUI), something_new: {} }, 'x', 'event-other'],
    [{ ...thingsStackUplink(sent), simulated: true }, 'x', 'simulated'],
    [{ deviceInfo: chirpStackDevice(EUI), margin: 10, batteryLevel: 88.3 }, UP.replace('/up', '/status'), 'event-status'],
    [{ deviceInfo: chirpStackDevice(EUI), devAddr: '00189440' }, UP.replace('/up', '/join'), 'event-join'],
    [{ deviceInfo: chirpStackDevice(EUI), acknowledged: true }, UP.replace('/up', '/ack'), 'event-ack'],
    [{ deviceInfo: chirpStackDevice(EUI), level: 'ERROR', code: 'UPLINK_MIC' }, 'bridge/of/ours', 'event-other'],
    [{ ...chirpStackUplink(sent), deviceInfo: { devEui: '123' } }, UP, 'no-device'],
    [{ ...chirpStackUplink(sent), fCnt: '7' }, UP, 'not-an-uplink'],
    [{ powerW: 5 }, UP, 'no-network-server-message'],
    [[], UP, 'no-network-server-message'],
  ])('what is no uplink of a meter has a reason: %#', (document, topic, reason) => {
    expect(readUplink(document, topic)).toEqual({ reason })
  })

  test('an uplink of ChirpStack is one on any topic; the later time of the application server is the last resort', () => {
    expect(uplinkOf(chirpStackUplink(sent), 'bridge/of/ours').frameCounter).toBe(7)
    const { uplink_message: { received_at: _, ...message }, ...document } = thingsStackUplink(sent)
    expect(uplinkOf({ ...document, uplink_message: message }).receivedAt).toBe(AT + 210)
  })
})

describe('values', () => {
  test('by pointer: null is missing, what is not sent this time is left out, a text is refused', () => {
    const wanted = device([{ pointer: '/volumeL', scale: 0.001 }, { pointer: '/temperature' }, { pointer: '/on' }, { pointer: '/text' }, { pointer: '/elsewhere' }, { pointer: '/uplink_message/rx_metadata/0/rssi', of: 'message' }])
    expect(readings(thingsStackUplink(sent), wanted)).toEqual({ at: AT, channels: [0, 1, 2, 5], values: [1.234, NaN, 1, -97], quality: [QUALITY.measured, QUALITY.missing, QUALITY.measured, QUALITY.measured], rejected: new Map([['not-a-number', 1]]) })
    expect(readings(thingsStackUplink(sent), device([{ pointer: '/a' }, { pointer: '/b/c' }])).rejected).toEqual(new Map([['no-value', 2]]))
    const { decoded: _, ...undecoded } = sent
    expect(readings(chirpStackUplink(undecoded), device([{ pointer: '/volumeL' }])).rejected).toEqual(new Map([['no-decoded-payload', 1]]))
  })

  test('the shipped profiles read what they describe', () => {
    const profiles = loadProfiles()
    const channelsOf = (id: string) => Object.values(profiles.get(id)!.channels)
    const pulses = channelsOf('lorawan-pulse-meter')
    expect(pulses.concat(channelsOf('lorawan-water-meter')).map(channelFault)).toEqual(Array.from({ length: 7 }, () => undefined))
    expect(readings(chirpStackUplink(sent), device(pulses)).values).toEqual([1_234, 0.88, 1])
    expect(readings(thingsStackUplink({ ...sent, decoded: { volumeL: 5, temperature: 11.5, batteryPct: 80 } }), device(channelsOf('lorawan-water-meter'))).values).toEqual([5, 11.5, 0.8, -97])
    expect(readingsOf(uplinkOf(chirpStackUplink({ ...sent, port: 3 })), {}, device(pulses))).toEqual({ reason: 'other-port', count: 1 })
  })

  test.each<[Field, string, number | string]>([
    [{ offset: 0, type: 'uint8' }, 'ff', 255], [{ offset: 0, type: 'int8' }, 'ff', -1],
    [{ offset: 1, type: 'int16' }, '00fffe', -2], [{ offset: 0, type: 'uint16', byteOrder: 'little' }, '0102', 513],
    [{ offset: 0, type: 'uint24' }, '010203', 66_051], [{ offset: 0, type: 'int24', byteOrder: 'little' }, 'feffff', -2],
    [{ offset: 0, type: 'uint32' }, 'ffffffff', 4_294_967_295], [{ offset: 0, type: 'int32' }, '80000000', -2_147_483_648],
    [{ offset: 0, type: 'float32' }, '3fc00000', 1.5], [{ offset: 0, type: 'float32', byteOrder: 'little' }, '0000c03f', 1.5], [{ offset: 0, type: 'float32' }, '7fc00000', 'not-a-number'],
    [{ offset: 0, type: 'uint8', mask: 0x7f }, 'd8', 88], [{ offset: 0, type: 'uint16', mask: 0x0ff0 }, 'abcd', 0xbc], [{ offset: 0, type: 'uint32', mask: 0x8000_0000 }, '80000000', 1],
    [{ offset: 1, type: 'uint16' }, 'ffff', 'payload-too-short'],
  ])('the field %j of %s', (field, hex, value) => {
    expect(readField(Buffer.from(hex, 'hex'), field)).toBe(value)
  })

  test('bytes that are none, or that somebody else has the key of', () => {
    const wanted = device([{ field: { offset: 0, type: 'uint8' } }])
    for (const [data, reason] of [[undefined, 'no-payload'], ['', 'no-payload'], ['AAA', 'not-base64'], [7, 'not-base64'], ['A'.repeat(404), 'not-base64']] as const) {
      expect(readings({ ...chirpStackUplink(sent), data }, wanted).rejected, String(data)).toEqual(new Map([[reason, 1]]))
    }
    expect(readings({ ...chirpStackUplink(sent), joinServerContext: { sessionKeyId: 'AZ' } }, wanted).rejected).toEqual(new Map([['payload-encrypted', 1]]))
    const document = thingsStackUplink(sent)
    expect(readings({ ...document, uplink_message: { ...document.uplink_message, app_s_key: { encrypted_key: 'AZ' } } }, wanted).rejected).toEqual(new Map([['payload-encrypted', 1]]))
  })

  test('the device\'s own time where the profile names one, and never our clock', () => {
    const own = { pointer: '/volumeL' }
    const withTime = (time: unknown) => chirpStackUplink({ ...sent, decoded: { volumeL: 1, time } })
    const wanted = device([own], { timePointer: '/time' })
    for (const time of ['2026-01-12T16:00:00Z', Date.UTC(2026, 0, 12, 16) / 1_000, Date.UTC(2026, 0, 12, 16)]) expect(readings(withTime(time), wanted).at).toBe(Date.UTC(2026, 0, 12, 16))
    for (const time of [undefined, 'yesterday', 0, true]) expect(readingsOf(uplinkOf(withTime(time)), withTime(time), wanted)).toEqual({ reason: 'no-time', count: 1 })
    const seconds = device([own], { timeField: { offset: 0, type: 'uint32' } })
    expect(readings(chirpStackUplink({ ...sent, bytes: Uint8Array.of(0x69, 0x65, 0x18, 0x40) }), seconds).at).toBe(0x6965_1840 * 1_000)
    expect(readingsOf(uplinkOf(chirpStackUplink({ ...sent, bytes: Uint8Array.of(1) })), {}, seconds)).toEqual({ reason: 'no-time', count: 1 })
    expect(readingsOf(uplinkOf({ ...chirpStackUplink(sent), time: 'soon' }), {}, device([own]))).toEqual({ reason: 'no-time', count: 1 })
  })

  test('faults of a channel that its form does not show', () => {
    expect([{ pointer: '/a' }, { field: { offset: 0, type: 'uint8', mask: 1 } }, {}, { pointer: '/a', field: { offset: 0, type: 'int8' } }, { field: { offset: 0, type: 'int8' }, of: 'message' }, { field: { offset: 0, type: 'int8', mask: 1 } }].map((channel) => channelFault({ unit: 'L', ...channel })?.split(' ')[0]))
      .toEqual([undefined, undefined, 'names', 'names', '`of`', 'a'])
  })
})

test('a frame is known by its counter and time; a counter that begins anew is another frame; memory is bounded', () => {
  const history = new FrameHistory()
  history.add(0, 1_000)
  expect([history.has(0, 1_000), history.has(0, 2_000), history.has(1, 1_000)]).toEqual([true, false, false])
  for (let frame = 1; frame < 100; frame++) history.add(frame, frame * 1_000)
  expect([history.has(0, 1_000), history.has(99, 99_000)]).toEqual([false, true])
})

const field = fc.record({ offset: fc.nat({ max: 255 }), type: fc.constantFrom(...FIELD_TYPES), byteOrder: fc.constantFrom(...BYTE_ORDERS) })

test('what is written into the bytes is read from them', () => {
  fc.assert(fc.property(field, fc.integer(), fc.uint8Array({ minLength: 300, maxLength: 300 }), ({ offset, type, byteOrder }, number, bytes) => {
    const width = type === 'float32' ? 4 : Number(type.replace(/\D/g, '')) / 8
    const isUnsigned = type.startsWith('u')
    const value = type === 'float32' ? Math.fround(number) : isUnsigned ? (number >>> 0) % 2 ** (8 * width) : number >> (32 - 8 * width)
    const buffer = Buffer.from(bytes)
    const order = byteOrder === 'little' ? 'LE' : 'BE'
    if (type === 'float32') buffer[`writeFloat${order}`](value, offset)
    else if (isUnsigned) buffer[`writeUInt${order}`](value, offset, width)
    else buffer[`writeInt${order}`](value, offset, width)
    expect(readField(buffer, { offset, type, byteOrder })).toBe(value)
  }))
})

test(`${FUZZ_RUNS} fields of any bytes: a number or a reason, quickly`, { timeout: 600_000 }, () => {
  let slowestMs = 0
  fc.assert(fc.property(field, fc.option(fc.integer({ min: 1, max: 0xffff_ffff }), { nil: undefined }), fc.oneof(fc.base64String({ maxLength: 380 }), fc.string(), fc.jsonValue()), ({ type, ...place }, mask, text) => {
    slowestMs = Math.max(slowestMs, decodingMs(() => {
      const bytes = bytesOf(text)
      const value = typeof bytes === 'string' ? bytes : readField(bytes, { ...place, type, ...(mask === undefined || !type.startsWith('u') ? {} : { mask }) })
      if (typeof value === 'string' ? !/^[a-z0-9-]+$/.test(value) : !Number.isFinite(value) || (mask !== undefined && type.startsWith('u') && (value < 0 || value > mask))) expect.fail(`${String(value)}`)
    }))
  }), { numRuns: FUZZ_RUNS })
  expect(slowestMs).toBeLessThan(HANG_MS)
})

test(`${FUZZ_RUNS} damaged messages: values or a reason, quickly`, { timeout: 600_000 }, () => {
  const wanted = device([{ pointer: '/volumeL' }, { field: { offset: 0, type: 'uint32' } }, { pointer: '/uplink_message/rx_metadata/0/rssi', of: 'message' }])
  const good = [thingsStackUplink(sent), chirpStackUplink(sent)].map((document) => JSON.stringify(document))
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, -1, 1e308, '', {}, [], true)).map((value) => JSON.stringify(value))
  const change = fc.record({ place: fc.nat(), kind: fc.constantFrom('byte', 'cut', 'value', 'key', 'double'), byte: fc.nat({ max: 255 }), value: anything })
  let [usable, slowestMs] = [0, 0]
  fc.assert(fc.property(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 3 }), (text, changes) => {
    let message = text
    for (const { place, kind, value } of changes) {
      const values = [...message.matchAll(/(?<=":)("[^"]*"|[\d.-]+|true|null)/g)]
      const at = place % Math.max(1, message.length)
      if (kind === 'cut') message = message.slice(0, at)
      else if (kind === 'double') message = message.slice(0, at) + message.slice(at >> 1)
      else if (kind === 'value' && values.length > 0) {
        const found = values[place % values.length]
        message = message.slice(0, found.index) + value + message.slice(found.index + found[0].length)
      } else if (kind === 'key') message = message.replace(/"[a-zA-Z_]+":/g, (key, index: number) => (index % 7 === place % 7 ? '"__proto__":' : key))
    }
    const bytes = new TextEncoder().encode(message)
    for (const { place, kind, byte } of changes) if (kind === 'byte' && bytes.length > 0) bytes[place % bytes.length] = byte
    slowestMs = Math.max(slowestMs, decodingMs(() => {
      const parsed = parseMessage(bytes)
      if ('reason' in parsed) return void expect(parsed.reason).toMatch(/^[a-z-]+$/)
      const told = readUplink(parsed.document, UP)
      if ('reason' in told) return void expect(told.reason).toMatch(/^[a-z-]+$/)
      const given = readingsOf(told.uplink, parsed.document, wanted)
      if ('reason' in given) return void expect(given.reason).toMatch(/^[a-z-]+$/)
      expect(Number.isFinite(given.at)).toBe(true)
      expect([given.values.length, given.quality.length]).toEqual([given.channels.length, given.channels.length])
      usable++
    }))
  }), { numRuns: FUZZ_RUNS })
  expect(usable).toBeGreaterThan(FUZZ_RUNS / 100)
  expect(slowestMs).toBeLessThan(HANG_MS)
})
