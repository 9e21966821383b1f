/** What a simulator produced, safe on disk before it was given away: the truth that an experiment compares the store with. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** Point, a mark that tells a whole record from a torn one, time, value. */
const RECORD_BYTES = 24
const MARK = 0x50454e46
/** Looked at beyond the ledger on both sides: a value stamped by a wrong clock is an invented one. */
const MARGIN_MS = 3 * 86_400_000

export interface Ledger {
  /** Writes records and waits until they are on the disk. Columns of equal length; points are numbers of the simulator's own. */
  add(points: ArrayLike<number>, at: ArrayLike<number>, values: ArrayLike<number>): void
  readonly count: number
  close(): void
}

/** Opens a ledger to go on where it ended; a record torn by a kill is left behind as padding. */
export function openLedger(file: string): Ledger {
  const kept = existsSync(file) ? readFileSync(file).length : 0
  const handle = openSync(file, 'a')
  if (kept % RECORD_BYTES !== 0) writeSync(handle, new Uint8Array(RECORD_BYTES - (kept % RECORD_BYTES)))
  let count = 0
  return {
    add(points, at, values) {
      const bytes = Buffer.alloc(points.length * RECORD_BYTES)
      for (let index = 0; index < points.length; index++) {
        const place = index * RECORD_BYTES
        bytes.writeInt32LE(points[index], place)
        bytes.writeUInt32LE(MARK, place + 4)
        bytes.writeDoubleLE(at[index], place + 8)
        bytes.writeDoubleLE(values[index], place + 16)
      }
      writeSync(handle, bytes)
      fsyncSync(handle)
      count += points.length
    },
    get count() { return count },
    close: () => closeSync(handle),
  }
}

export interface LedgerRows {
  readonly points: Int32Array
  readonly at: Float64Array
  readonly values: Float64Array
}

/** Everything that is whole in the file, in the order of writing; readable while it is written and after a kill. */
export function readLedger(file: string): LedgerRows {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  const whole: number[] = []
  for (let place = 0; place + RECORD_BYTES <= bytes.length; place += RECORD_BYTES) if (bytes.readUInt32LE(place + 4) === MARK) whole.push(place)
  return {
    points: Int32Array.from(whole, (place) => bytes.readInt32LE(place)),
    at: Float64Array.from(whole, (place) => bytes.readDoubleLE(place + 8)),
    values: Float64Array.from(whole, (place) => bytes.readDoubleLE(place + 16)),
  }
}

export interface Comparison {
  /** Different (point, time) of the ledger. */
  readonly produced: number
  /** Of them in the store, with the value of the ledger. */
  readonly stored: number
  readonly lost: number
  /** A time that a series has twice. */
  readonly doubled: number
  /** In the store and never produced. */
  readonly invented: number
  /** In the store with a value that the simulator never gave for it; compared bit by bit. */
  readonly different: number
  /** The first few findings, in words. */
  readonly examples: readonly string[]
}

export interface CompareOptions {
  /** Value that the store must hold for one of the ledger: the unit conversion of the point. */
  storedValue?(value: number, point: number): number
  /** Rows that need not be there: never acknowledged, or counted as dropped or put apart. Being there is no fault. */
  mayMiss?(point: number, at: number): boolean
}

/** Compares with what `read` gives for a point of the ledger (its series in the time of the ledger and three days around). */
export async function compareLedger(rows: LedgerRows, read: (point: number, from: number, to: number) => Promise<{ at: Float64Array; values: Float64Array }>, { storedValue = (value) => value, mayMiss = () => false }: CompareOptions = {}): Promise<Comparison> {
  const byPoint = new Map<number, Map<number, number[]>>()
  let [from, to] = [Infinity, -Infinity]
  for (let index = 0; index < rows.points.length; index++) {
    const [point, at] = [rows.points[index], rows.at[index]]
    let times = byPoint.get(point)
    if (times === undefined) byPoint.set(point, (times = new Map()))
    const given = times.get(at)
    if (given === undefined) times.set(at, [storedValue(rows.values[index], point)])
    else given.push(storedValue(rows.values[index], point))
    from = Math.min(from, at)
    to = Math.max(to, at)
  }
  let [produced, stored, lost, doubled, invented, different] = [0, 0, 0, 0, 0, 0]
  const examples: string[] = []
  const note = (what: string, point: number, at: number, more = '') => { if (examples.length < 10) examples.push(`${what}: point ${point} at ${new Date(at).toISOString()}${more}`) }
  for (const [point, times] of byPoint) {
    produced += times.size
    const { at, values } = await read(point, from - MARGIN_MS, to + MARGIN_MS)
    const seen = new Set<number>()
    for (let index = 0; index < at.length; index++) {
      const time = at[index]
      const given = times.get(time)
      if (seen.has(time)) { doubled++; note('doubled', point, time) }
      else if (given === undefined) { invented++; note('invented', point, time, `, ${values[index]}`) }
      else if (!given.some((value) => Object.is(value, values[index]))) { different++; note('different', point, time, `, ${values[index]} instead of ${given.join(' or ')}`) }
      else stored++
      seen.add(time)
    }
    for (const time of times.keys()) if (!seen.has(time) && !mayMiss(point, time)) { lost++; note('lost', point, time) }
  }
  return { produced, stored, lost, doubled, invented, different, examples }
}
