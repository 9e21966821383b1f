import { expect, test } from 'vitest'
import type { JournalEntry } from '#services/store/port.ts'
import { lateMarks, type Dependents } from './late-marks.ts'

const STEP = 600_000
const DAY = 86_400_000
const dependents = new Map<number, Dependents>([
  [1, { name: 'elec.tr.T1.p', stepS: 5, beforeS: 0, evaluated: true, validated: false }],
  [2, { name: 'elec.dp.D1.load', stepS: 1800, beforeS: 0, evaluated: true, validated: true }],
  [3, { name: 'elec.dp.D1.e', stepS: 600, beforeS: 600, evaluated: true, validated: true }],
])
const entry = (seq: number, samples: [pointId: number, at: number][]): JournalEntry => ({
  seq, recordedAt: 0, source: 'network',
  batch: {
    pointIds: Int32Array.from(samples, ([id]) => id), at: Float64Array.from(samples, ([, at]) => at),
    values: new Float64Array(samples.length), quality: new Uint8Array(samples.length),
  },
})
const marks = (...entries: JournalEntry[]) => lateMarks(entries, dependents, { evaluated: 10 * STEP, validated: DAY }, STEP, (at) => Math.floor(at / DAY) * DAY)

test('values of the step that is still open mark nothing', () => {
  expect(marks(entry(1, [[1, 10 * STEP], [1, 11 * STEP]]))).toEqual([])
})

test('a late value marks its step once, with the newest journal entry', () => {
  expect(marks(entry(4, [[1, 3 * STEP], [1, 3 * STEP + 5000]]), entry(5, [[1, 3 * STEP + 9000]]))).toEqual([{ kind: 'evaluate', scope: 'network', period: 3 * STEP, inputRevision: 5 }])
})

test('a late half hour marks its three steps and the day of its point, but no step that is still to come', () => {
  expect(marks(entry(7, [[2, 3 * STEP]]))).toEqual([
    ...[3, 4, 5].map((step) => ({ kind: 'evaluate', scope: 'network', period: step * STEP, inputRevision: 7 })),
    { kind: 'validate', scope: 'elec.dp.D1.load', period: 0, inputRevision: 7 },
  ])
  expect(marks(entry(8, [[2, 9 * STEP]])).filter(({ kind }) => kind === 'evaluate')).toHaveLength(1)
})

test('a point that nothing depends on is passed over', () => {
  expect(marks(entry(9, [[99, 0]]))).toEqual([])
})

test('a reading of a register counts before its time too: it marks the step it ends, and at midnight both days', () => {
  expect(lateMarks([entry(3, [[3, DAY]])], dependents, { evaluated: 2 * DAY, validated: 2 * DAY }, STEP, (at) => Math.floor(at / DAY) * DAY)).toEqual([
    ...[DAY - STEP, DAY].map((period) => ({ kind: 'evaluate', scope: 'network', period, inputRevision: 3 })),
    ...[0, DAY].map((period) => ({ kind: 'validate', scope: 'elec.dp.D1.e', period, inputRevision: 3 })),
  ])
})
