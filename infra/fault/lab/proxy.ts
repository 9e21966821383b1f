import { createServer, connect, type Socket } from 'node:net'
import type { Random } from './random.ts'
import { seededRandom } from './random.ts'

/** What the line does to what passes. Every member may be changed at any time; it holds for bytes that come from then on. */
export interface LineFaults {
  /** Delay of each piece, and how much it varies to both sides. */
  latencyMs: number
  jitterMs: number
  /** Bytes a second in each direction; 0: no limit. */
  bytesPerS: number
  /** Pieces of at most so many bytes, with a pause between them; 0: as they come. */
  sliceBytes: number
  slicePauseMs: number
  /** New connections are refused (closed at once by a reset). */
  refuse: boolean
  /** Bytes are swallowed in both directions and connections stay open: a cable that was pulled, no reset. */
  hole: boolean
  /** Chance of each byte to have one bit flipped, or to be lost. */
  flipChance: number
  dropChance: number
}

export interface FaultProxy {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Changes some faults; the others stay. */
  set(faults: Partial<LineFaults>): void
  /** Resets every connection now; with `refuse` no new one comes until `set({ refuse: false })`. */
  cut(options?: { refuse?: boolean }): void
  /** Back to a good line. Connections that went through a hole are reset, as they would be by the first packet that gets through. */
  heal(): void
  /** Where new connections go: a server that came back on another port. */
  retarget(port: number): void
  readonly count: { connections: number; open: number; bytesUp: number; bytesDown: number; swallowed: number; resets: number }
  close(): Promise<void>
}

const GOOD: LineFaults = { latencyMs: 0, jitterMs: 0, bytesPerS: 0, sliceBytes: 0, slicePauseMs: 0, refuse: false, hole: false, flipChance: 0, dropChance: 0 }

/** A TCP line with faults: listens on a free port of the loopback and forwards to the target. */
export async function startProxy(target: { host?: string; port: number }, random: Random = seededRandom(1)): Promise<FaultProxy> {
  const faults = { ...GOOD }
  const pairs = new Set<{ near: Socket; far: Socket; holed: boolean }>()
  const count = { connections: 0, open: 0, bytesUp: 0, bytesDown: 0, swallowed: 0, resets: 0 }
  let targetPort = target.port

  const reset = (pair: { near: Socket; far: Socket }) => {
    count.resets++
    pair.near.resetAndDestroy()
    pair.far.resetAndDestroy()
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    count.connections++
    if (faults.refuse) {
      near.resetAndDestroy()
      return
    }
    const far = connect({ host: target.host ?? '127.0.0.1', port: targetPort, allowHalfOpen: true, noDelay: true })
    const pair = { near, far, holed: false }
    pairs.add(pair)
    count.open++
    const gone = () => {
      if (pairs.delete(pair)) count.open--
      near.destroy()
      far.destroy()
    }
    near.on('error', gone).on('close', () => far.writable ? far.end() : gone())
    far.on('error', () => { if (!near.destroyed) near.resetAndDestroy(); gone() }).on('close', () => near.writable ? near.end() : gone())
    const shared = { faults, random, onSwallowed: (bytes: number) => { pair.holed = true; count.swallowed += bytes } }
    carry(near, far, { ...shared, onBytes: (bytes) => { count.bytesUp += bytes } })
    carry(far, near, { ...shared, onBytes: (bytes) => { count.bytesDown += bytes } })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))

  return {
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    set: (some) => void Object.assign(faults, some),
    cut({ refuse = false } = {}) {
      if (refuse) faults.refuse = true
      for (const pair of pairs) reset(pair)
    },
    heal() {
      Object.assign(faults, GOOD)
      for (const pair of pairs) if (pair.holed) reset(pair)
    },
    retarget(port) { targetPort = port },
    count,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const { near, far } of pairs) { near.destroy(); far.destroy() }
      await closed
    },
  }
}

interface Carrying {
  readonly faults: LineFaults
  readonly random: Random
  onBytes(count: number): void
  onSwallowed(count: number): void
}

/** One direction: pieces keep their order, and a line that is slow makes the sender wait. */
function carry(from: Socket, to: Socket, { faults, random, onBytes, onSwallowed }: Carrying): void {
  let line = Promise.resolve()
  let waiting = 0
  const pass = async (bytes: Buffer) => {
    const lateMs = faults.latencyMs + (random.next() * 2 - 1) * faults.jitterMs
    if (lateMs > 0) await pause(lateMs)
    const damaged = damage(bytes, faults, random)
    for (let start = 0; start < damaged.length;) {
      const limit = faults.sliceBytes > 0 ? faults.sliceBytes : faults.bytesPerS > 0 ? Math.max(1, Math.ceil(faults.bytesPerS / 50)) : damaged.length
      const piece = damaged.subarray(start, start + limit)
      start += piece.length
      if (faults.hole || to.destroyed) { onSwallowed(piece.length); continue }
      onBytes(piece.length)
      if (!to.write(piece)) await drained(to)
      if (faults.bytesPerS > 0) await pause(piece.length / faults.bytesPerS * 1_000)
      else if (faults.sliceBytes > 0 && start < damaged.length) await pause(faults.slicePauseMs)
    }
  }
  from.on('data', (bytes: Buffer) => {
    if (faults.hole) { onSwallowed(bytes.length); return }
    waiting += bytes.length
    if (waiting > 262_144) from.pause()
    line = line.then(() => pass(bytes)).finally(() => {
      waiting -= bytes.length
      if (waiting <= 262_144) from.resume()
    })
  })
  from.on('end', () => void line.then(() => { if (!faults.hole) to.end() }))
}

function damage(bytes: Buffer, { flipChance, dropChance }: LineFaults, random: Random): Buffer {
  if (flipChance === 0 && dropChance === 0) return bytes
  const kept = Buffer.alloc(bytes.length)
  let place = 0
  for (const byte of bytes) {
    if (dropChance > 0 && random.next() < dropChance) continue
    kept[place++] = flipChance > 0 && random.next() < flipChance ? byte ^ (1 << random.below(8)) : byte
  }
  return kept.subarray(0, place)
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const drained = (socket: Socket) => new Promise<void>((resolve) => {
  const go = () => { socket.off('drain', go).off('close', go); resolve() }
  socket.once('drain', go).once('close', go)
})
