import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { FrameReader, iFrame, sFrame, uFrame, type Frame } from './apci.ts'
import { encodeAsdu } from './encode.testkit.ts'
import { channelOf, measure, PATIENCE, SPONTANEOUS, sourceAt, startStation, watch, wholeSecond } from './watch.testkit.ts'

const value = (said: number): Uint8Array => encodeAsdu({ typeId: 13, cause: SPONTANEOUS, commonAddress: 1, objects: [{ address: 1, value: said }] })

/** A server that confirms STARTDT and then does what it is told to, on each connection anew. */
async function startServer(misbehave: (socket: Socket, take: (listener: (frame: Frame) => void) => void) => void, canStart = true) {
  const sockets = new Set<Socket>()
  const seen: string[] = []
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    const reader = new FrameReader()
    const listeners: ((frame: Frame) => void)[] = []
    socket.on('data', (bytes: Buffer) => {
      for (const frame of reader.push(bytes).frames) {
        seen.push(frame.format === 'U' ? frame.function : frame.format === 'S' ? `S ${frame.received}` : `I ${frame.sent}`)
        for (const listener of listeners) listener(frame)
        if (frame.format === 'U' && frame.function === 'startActivate' && canStart) {
          socket.write(uFrame('startConfirm'))
          misbehave(socket, (listener) => void listeners.push(listener))
        }
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `iec104://127.0.0.1:${(server.address() as AddressInfo).port}`, seen,
    get connections() {
      return connections
    },
  }
}

/** What a server does on a started connection, why it is left for that, and the values that may have been taken before. */
const FAULTS: readonly (readonly [name: string, misbehave: (socket: Socket) => void, reason: string, words: string, taken: readonly number[]])[] = [
  ['leaves a number out', (socket) => socket.write(Uint8Array.of(...iFrame(0, 0, value(1)), ...iFrame(2, 0, value(2)))), 'sequence', 'a frame is missing', [1]],
  ['sends a number twice', (socket) => socket.write(Uint8Array.of(...iFrame(0, 0, value(1)), ...iFrame(0, 0, value(2)))), 'sequence', 'a frame is missing', [1]],
  ['starts at another number', (socket) => socket.write(iFrame(7, 0, value(2))), 'sequence', 'a frame is missing', []],
  ['confirms what was never sent', (socket) => socket.write(sFrame(9)), 'confirmation', 'the server confirms what was never sent', []],
  ['confirms that with a value', (socket) => socket.write(iFrame(0, 30_000, value(2))), 'confirmation', 'the server confirms what was never sent', []],
  ['floods with start octets', (socket) => socket.write(new Uint8Array(100_000).fill(0x68)), 'confirmation', 'the server confirms what was never sent', []],
  ['speaks another protocol', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'start-octet', 'the stream is not IEC 60870-5-104', []],
  ['loses an octet within a value', (socket) => socket.write(Uint8Array.of(...iFrame(0, 0, value(2)).filter((__, place) => place !== 14), ...iFrame(1, 0, value(3)))), 'start-octet', 'the stream is not IEC 60870-5-104', []],
  ['gives an impossible length', (socket) => socket.write(Uint8Array.of(0x68, 0xff, 0, 0)), 'length-invalid', 'a frame has an impossible length', []],
  ['invents a control function', (socket) => socket.write(Uint8Array.of(0x68, 4, 0x0f, 0, 0, 0)), 'control-invalid', 'a frame has an impossible control field', []],
  ['starts the transfer itself', (socket) => socket.write(uFrame('startActivate')), 'unexpected-control', 'the server sends a control frame that is not its to send', []],
  ['confirms a stop nobody wanted', (socket) => socket.write(uFrame('stopConfirm')), 'unexpected-control', 'the server sends a control frame that is not its to send', []],
]

test.each(FAULTS)('a server that %s is left and called again; no value is taken from what is broken', async (_, misbehave, reason, words, taken) => {
  const server = await startServer((socket) => misbehave(socket))
  const { rows, rejected, states } = await watch(sourceAt(server.url), [channelOf(1)])
  await expect.poll(() => server.connections, PATIENCE).toBeGreaterThanOrEqual(2)
  await expect.poll(() => rejected.get(reason), PATIENCE).toBeGreaterThanOrEqual(1)
  expect([...rejected.keys()].filter((each) => !['type-unknown', 'objects-none', 'objects-length'].includes(each))).toEqual([reason])
  expect(states).toContain(`reconnecting: ${words}`)
  expect(new Set(rows.map((row) => row.value))).toEqual(new Set(taken))
})

test('half a frame and then silence is found by the test frame that nobody answers', async () => {
  const server = await startServer((socket) => socket.write(iFrame(0, 0, value(2)).subarray(0, 12)))
  const { rows, states } = await watch(sourceAt(server.url, { t1S: 0.6, t3S: 0.2 }), [channelOf(1)])
  await expect.poll(() => states, PATIENCE).toContain('reconnecting: the server does not answer in time')
  await expect.poll(() => server.connections, PATIENCE).toBeGreaterThanOrEqual(2)
  expect(server.seen).toContain('testActivate')
  expect(rows).toEqual([])
})

test('a server that takes the call and says nothing, or never confirms the question, is left after t1', async () => {
  const mute = await startServer(() => {}, false)
  const first = await watch(sourceAt(mute.url, { t1S: 0.4 }), [channelOf(1)])
  // Test frames are answered, so that only the question is left open.
  const deaf = await startServer((socket, take) => take((frame) => { if (frame.format === 'U' && frame.function === 'testActivate') socket.write(uFrame('testConfirm')) }))
  const second = await watch(sourceAt(deaf.url, { t1S: 0.6, t3S: 0.1 }), [channelOf(1)])
  await expect.poll(() => [mute.connections, deaf.connections].every((count) => count >= 2), PATIENCE).toBe(true)
  for (const { states } of [first, second]) expect(states).toContain('reconnecting: the server does not answer in time')
  expect(first.states).not.toContain('connected')
  expect(second.states).toContain('connected')
})

test('a quiet line is tested and stays; a test frame of the server is answered', async () => {
  const { station, url } = await startStation()
  const { states, values } = await watch(sourceAt(url, { t1S: 5, t3S: 0.1 }), [channelOf(1)])
  await expect.poll(() => station.received.filter((each) => each === 'testActivate').length, PATIENCE).toBeGreaterThanOrEqual(3)
  measure(station, 1, 4, wholeSecond())
  await expect.poll(() => values(0), PATIENCE).toEqual([4])
  expect([station.counters.connections, states.filter((state) => state.startsWith('reconnecting'))]).toEqual([1, []])
  const server = await startServer((socket) => socket.write(uFrame('testActivate')))
  await watch(sourceAt(server.url), [channelOf(1)])
  await expect.poll(() => server.seen, PATIENCE).toContain('testConfirm')
})

test('a server that does not wait for confirmation is cut off before memory fills', async () => {
  let sent = 0
  const server = await startServer((socket) => { for (let number = 0; number < 3_000; number++, sent++) socket.write(iFrame(number, 0, value(1))) })
  const { rejected } = await watch(sourceAt(server.url), [channelOf(1)], () => new Promise((_, reject) => setTimeout(() => reject(new Error('full')), 50)))
  await expect.poll(() => rejected.get('window'), PATIENCE).toBe(1)
  expect(sent).toBe(3_000)
  expect(server.seen.filter((each) => each.startsWith('S'))).toEqual([])
})

test('twenty stations on one line are all asked, with a window of one', async () => {
  const stations = Array.from({ length: 20 }, (_, place) => place + 1)
  const { station, url } = await startStation({ stations, k: 1 })
  for (const each of stations) station.hold(each, 13, { address: 1, value: each })
  const { values } = await watch(sourceAt(url, { k: 1 }), stations.map((each) => channelOf(1, each)))
  await expect.poll(() => stations.map((_, place) => values(place)[0]), PATIENCE).toEqual(stations)
})

test('a journal that takes nothing does not keep the driver from stopping', async () => {
  const { station, url } = await startStation()
  const { stop, states } = await watch(sourceAt(url), [channelOf(1)], () => Promise.reject(new Error('full')))
  measure(station, 1, 4, wholeSecond())
  await expect.poll(() => station.received, PATIENCE).toContain('I 100 1')
  const begun = performance.now()
  await stop()
  expect([states.at(-1), station.unconfirmed]).toEqual(['stopped', 1])
  expect(performance.now() - begun).toBeLessThan(15_000)
})
