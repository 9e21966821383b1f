import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { LinearProgram } from '#models/reinforcement/choice-problem.ts'
import { highsSolver } from './highs.ts'

/** Columns a and b: -3a - 5b is made small; a <= 4, b <= 5, 3a + 2b <= 18, a + b <= 7.5. */
const program = (integer: number[], rowUpper = [18, 7.5]): LinearProgram => ({
  costs: Float64Array.of(-3, -5), lower: Float64Array.of(0, 0), upper: Float64Array.of(4, 5), integer: Uint8Array.from(integer),
  columnStart: Int32Array.of(0, 2, 4), rowIndex: Int32Array.of(0, 1, 0, 1), value: Float64Array.of(3, 1, 2, 1),
  rowLower: Float64Array.of(-Infinity, -Infinity), rowUpper: Float64Array.from(rowUpper),
})

describe('HiGHS', () => {
  it('solves a linear program and its whole-numbered one', async () => {
    const solve = await highsSolver()
    // b = 5 and a + b <= 7.5 leave a = 2.5; whole: a = 2.
    const linear = solve(program([0, 0]))
    expect([linear.status, linear.objective, ...linear.values, linear.gap]).toEqual(['optimal', -32.5, 2.5, 5, 0])
    // One more of a + b is one more of a, at -3; 3a + 2b does not bind.
    expect([...linear.rowDuals].map((dual) => dual + 0)).toEqual([0, -3])
    const whole = solve(program([1, 1]), { seconds: 10, gap: 0 })
    expect([whole.status, whole.objective, ...whole.values, whole.gap]).toEqual(['optimal', -31, 2, 5, 0])
    expect(whole.rowDuals).toHaveLength(0)
  })

  it('says what has no solution and what has no end, and gives no values then', async () => {
    const solve = await highsSolver()
    expect(solve(program([0, 0], [-1, 7]))).toMatchObject({ status: 'infeasible', objective: NaN, values: new Float64Array(0) })
    expect(solve(program([1, 0], [-1, 7])).status).toBe('infeasible')
    const free = { ...program([0, 0], [Infinity, Infinity]), upper: Float64Array.of(Infinity, Infinity) }
    expect(solve(free).status).toBe('unbounded')
  })

  it('does not call a solution what a time limit left without one', async () => {
    const solve = await highsSolver()
    // Hard enough that nothing is done before the clock is looked at: as many of 60 things as 40 weights hold.
    const [things, sacks] = [60, 40]
    const weights = Float64Array.from({ length: things * sacks }, (_, place) => 1 + (place * 7919) % 97)
    const stopped = solve({
      costs: new Float64Array(things).fill(-1), lower: new Float64Array(things), upper: new Float64Array(things).fill(1), integer: new Uint8Array(things).fill(1),
      columnStart: Int32Array.from({ length: things + 1 }, (_, thing) => thing * sacks), rowIndex: Int32Array.from(weights, (_, place) => place % sacks), value: weights,
      rowLower: new Float64Array(sacks).fill(-Infinity), rowUpper: new Float64Array(sacks).fill(1000),
    }, { seconds: 0 })
    expect(stopped.status).toBe('time-limit')
    expect(stopped.values.length === 0).toBe(Number.isNaN(stopped.objective))
  })

  it('refuses a program that contradicts itself', async () => {
    const solve = await highsSolver()
    expect(() => solve({ ...program([0, 0]), rowIndex: Int32Array.of(0, 1, 0, 9) })).toThrow('PF_SOLVER_FAILED')
    expect(() => solve({ ...program([0, 0]), costs: Float64Array.of(NaN, 1) })).toThrow('PF_SOLVER_FAILED')
  })

  it('works in a worker thread', async () => {
    const worker = new Worker(`
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.file).then(async ({ highsSolver }) => parentPort.postMessage((await highsSolver())(workerData.program).objective))
    `, { eval: true, workerData: { file: new URL('./highs.ts', import.meta.url).href, program: program([1, 1]) } })
    const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    expect(answer).toBe(-31)
  })
})
