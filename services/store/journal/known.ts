import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { SampleBatch, Series } from '../port.ts'
import type { NewestTimes } from './newest-times.ts'

export const same = (leftValue: number, leftQuality: number, rightValue: number, rightQuality: number) => Object.is(leftValue, rightValue) && leftQuality === rightQuality

export function requireAscending(at: Float64Array, pointId: number): void {
  for (let index = 0; index < at.length; index++) {
    if (!Number.isSafeInteger(at[index])) throw new PenfeldError('PF_STORE_TIME_INVALID', `Time ${at[index]} of value ${index} is not a whole number of milliseconds.`, { where: `point ${pointId}` })
    if (index > 0 && at[index] <= at[index - 1]) throw new PenfeldError('PF_STORE_TIME_INVALID', `The time of value ${index} is not after the one before it.`, { where: `point ${pointId}` })
  }
}

/** The value of one time as it stands. */
export interface KnownValue { readonly value: number; readonly quality: number; readonly recordedAt: number }

export interface Sorted {
  readonly fresh: SampleBatch
  readonly revised: SampleBatch
  /** For each sample of `revised` what it replaces. */
  readonly before: readonly KnownValue[]
  readonly deduplicated: number
}

/** Tells new from known during one commit. Live values arrive in order and are decided by the newest time alone. */
export class Known {
  readonly #read: (pointId: number, from: number, to: number) => Series
  readonly #newest: NewestTimes
  /** By point and time; a point is here once a value of it came late. */
  readonly #values = new Map<number, Map<number, KnownValue>>()
  /** Batches of this commit before the one at hand: nothing else knows yet what is new in them. */
  readonly #taken: { batch: SampleBatch; recordedAt: number }[] = []

  constructor(read: (pointId: number, from: number, to: number) => Series, newest: NewestTimes) {
    this.#read = read
    this.#newest = newest
  }

  sort(batch: SampleBatch, recordedAt: number): Sorted {
    const { pointIds, at, values, quality } = batch
    const late: number[] = []
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      const time = at[index]
      if (!Number.isSafeInteger(time)) throw new PenfeldError('PF_STORE_TIME_INVALID', `Time ${time} of value ${index} is not a whole number of milliseconds.`, { where: `point ${pointId}` })
      if (!(pointId > 0)) throw new PenfeldError('PF_STORE_TIME_INVALID', `Value ${index} belongs to point ${pointId}, which was never registered.`, { where: `point ${pointId}` })
      if (time > this.#newest.of(pointId)) {
        this.#newest.set(pointId, time)
        this.#values.get(pointId)?.set(time, { value: values[index], quality: quality[index], recordedAt })
      } else late.push(index)
    }
    // Live values mostly all are new: nothing is copied then.
    const sorted = late.length === 0 ? { fresh: batch, revised: NO_SAMPLES, before: [], deduplicated: 0 } : this.#decide(batch, recordedAt, late)
    this.#taken.push({ batch, recordedAt })
    return sorted
  }

  #decide(batch: SampleBatch, recordedAt: number, late: number[]): Sorted {
    const { pointIds, at, values, quality } = batch
    const kind = new Uint8Array(pointIds.length)
    const before: KnownValue[] = []
    this.#learn(batch, recordedAt, late)
    for (const index of late) {
      const known = this.#values.get(pointIds[index])!
      const one = known.get(at[index])
      kind[index] = one === undefined ? FRESH : same(one.value, one.quality, values[index], quality[index]) ? KNOWN : REVISED
      if (kind[index] === KNOWN) continue
      if (kind[index] === REVISED) before.push(one!)
      known.set(at[index], { value: values[index], quality: quality[index], recordedAt })
    }
    return { fresh: choose(batch, kind, FRESH), revised: choose(batch, kind, REVISED), before, deduplicated: kind.reduce((sum, code) => sum + (code === KNOWN ? 1 : 0), 0) }
  }

  /** What is stored of the late points around their times, and what this commit has taken of them. */
  #learn({ pointIds, at, values, quality }: SampleBatch, recordedAt: number, late: number[]): void {
    const ranges = new Map<number, { from: number; to: number }>()
    for (const index of late) {
      const range = ranges.get(pointIds[index])
      if (range === undefined) ranges.set(pointIds[index], { from: at[index], to: at[index] + 1 })
      else {
        range.from = Math.min(range.from, at[index])
        range.to = Math.max(range.to, at[index] + 1)
      }
    }
    const first = new Set<number>()
    for (const [pointId, { from, to }] of ranges) {
      let known = this.#values.get(pointId)
      if (known === undefined) {
        this.#values.set(pointId, (known = new Map()))
        first.add(pointId)
      }
      const stored = this.#read(pointId, from, to)
      for (let index = 0; index < stored.at.length; index++) {
        if (!known.has(stored.at[index])) known.set(stored.at[index], { value: stored.values[index], quality: stored.quality[index], recordedAt: stored.recordedAt[index] })
      }
    }
    for (const earlier of first.size === 0 ? [] : this.#taken) {
      earlier.batch.pointIds.forEach((pointId, index) => {
        if (first.has(pointId)) this.#values.get(pointId)!.set(earlier.batch.at[index], { value: earlier.batch.values[index], quality: earlier.batch.quality[index], recordedAt: earlier.recordedAt })
      })
    }
    // Values of this very batch that were taken as new are known to the ones that repeat them.
    const isLate = new Uint8Array(pointIds.length)
    for (const index of late) isLate[index] = 1
    for (let index = 0; index < pointIds.length; index++) {
      if (isLate[index] === 0 && first.has(pointIds[index])) this.#values.get(pointIds[index])!.set(at[index], { value: values[index], quality: quality[index], recordedAt })
    }
  }
}

const NO_SAMPLES: SampleBatch = { pointIds: new Int32Array(0), at: new Float64Array(0), values: new Float64Array(0), quality: new Uint8Array(0) }
const FRESH = 0
const KNOWN = 1
const REVISED = 2

function choose(batch: SampleBatch, kind: Uint8Array, wanted: number): SampleBatch {
  const indexes = new Uint32Array(kind.length).map((_, index) => index).filter((index) => kind[index] === wanted)
  return {
    pointIds: Int32Array.from(indexes, (index) => batch.pointIds[index]),
    at: Float64Array.from(indexes, (index) => batch.at[index]),
    values: Float64Array.from(indexes, (index) => batch.values[index]),
    quality: Uint8Array.from(indexes, (index) => batch.quality[index]),
  }
}

