import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProxy, type FaultProxy } from './proxy.ts'

/** A server that says back what it hears. */
let server: Server
let heard: Socket[]
let proxy: FaultProxy
beforeEach(async () => {
  heard = []
  server = createServer((socket) => { heard.push(socket); socket.on('error', () => {}).pipe(socket) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy = await startProxy({ port: (server.address() as AddressInfo).port })
})
afterEach(async () => {
  await proxy.close()
  for (const socket of heard) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

interface Client { socket: Socket; text(): string; pieces(): number; ended: Promise<string> }
function client(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1')
  let text = ''
  let pieces = 0
  socket.on('data', (bytes) => { text += bytes.toString('latin1'); pieces++ })
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error')).once('end', () => resolve('end')).once('close', () => resolve('close'))
  })
  const made = { socket, text: () => text, pieces: () => pieces, ended }
  // A reset may come before the connecting is noticed.
  return new Promise((resolve) => socket.once('connect', () => resolve(made)).once('error', () => resolve(made)))
}

test('a good line passes everything, counts it and closes when its ends close', async () => {
  const { socket, text, ended } = await client()
  socket.write('hello')
  await expect.poll(text).toBe('hello')
  expect(proxy.count).toMatchObject({ connections: 1, open: 1, bytesUp: 5, bytesDown: 5 })
  heard[0].end()
  expect(await ended).toBe('end')
  socket.end()
  await expect.poll(() => proxy.count.open).toBe(0)
})

test('latency and rate', async () => {
  const { socket, text } = await client()
  proxy.set({ latencyMs: 120, jitterMs: 10 })
  let begun = performance.now()
  socket.write('late')
  await expect.poll(text, { interval: 5 }).toBe('late')
  expect(performance.now() - begun).toBeGreaterThan(2 * 105)
  proxy.set({ latencyMs: 0, jitterMs: 0, bytesPerS: 10_000 })
  begun = performance.now()
  socket.write('x'.repeat(3_000))
  await expect.poll(() => text().length, { interval: 5 }).toBe(3_004)
  expect(performance.now() - begun).toBeGreaterThan(250)
})

test('slices arrive as pieces and unchanged', async () => {
  const { socket, text, pieces } = await client()
  proxy.set({ sliceBytes: 1, slicePauseMs: 3 })
  socket.write('sliced to bytes')
  await expect.poll(text).toBe('sliced to bytes')
  expect(pieces()).toBeGreaterThan(5)
})

test('a cut resets at once and refuses until it is mended', async () => {
  const { ended } = await client()
  proxy.cut({ refuse: true })
  expect(await ended).toBe('ECONNRESET')
  const refused = await client()
  expect(await refused.ended).toBe('ECONNRESET')
  proxy.set({ refuse: false })
  const { socket, text } = await client()
  socket.write('again')
  await expect.poll(text).toBe('again')
})

test('a hole swallows without a reset; healing resets what went through it', async () => {
  const { socket, text, ended } = await client()
  socket.write('before')
  await expect.poll(text).toBe('before')
  proxy.set({ hole: true })
  socket.write('into the hole')
  await expect.poll(() => proxy.count.swallowed).toBe(13)
  expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 100, 'open'))])).toBe('open')
  proxy.heal()
  expect(await ended).toBe('ECONNRESET')
  expect(text()).toBe('before')
})

test('bytes are flipped and lost as often as asked', async () => {
  const { socket, text } = await client()
  proxy.set({ flipChance: 0.05, dropChance: 0.05 })
  socket.write('a'.repeat(10_000))
  // Once up and once down.
  await expect.poll(() => text().length).toBeGreaterThan(8_800)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(text().length).toBeLessThan(9_200)
  const flipped = text().replaceAll('a', '').length
  expect(flipped).toBeGreaterThan(600)
  expect(flipped).toBeLessThan(1_200)
})

test('a target that is not there resets the near end', async () => {
  proxy.retarget(1)
  expect(await (await client()).ended).toBe('ECONNRESET')
})
