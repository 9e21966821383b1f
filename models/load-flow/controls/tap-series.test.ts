import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from '../circuit.ts'
import { prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { createTapState, observe, regulatedVoltages, stepTaps, type TapChanger } from './tap-changer.ts'
import { solveWithTapChangers, TAP_STATUS } from './tap-series.ts'

const STEP_PU = 0.0125
/**
 * Ideal source - transformer - bus 1 - transformer - bus 2, each x = 0.05 pu on 1 MVA, taps of 1.25 % at the source's side: the
 * ratio is 1 - 0.0125 position, so that a higher position raises the voltage behind.
 */
function circuitAt(position: ArrayLike<number>): Circuit {
  const admittance = emptyTwoPorts(2)
  for (let k = 0; k < 2; k += 1) setPiBranch(admittance, k, { rPu: 0, xPu: 0.05, gPu: 0, bPu: 0, ratio: 1 - STEP_PU * (position[k] ?? 0) })
  return {
    busCount: 3, basePowerKva: 1000, busBaseKv: Float64Array.of(63, 20, 0.4), busClockRad: new Float64Array(3), branchFrom: Int32Array.of(0, 1), branchTo: Int32Array.of(1, 2),
    admittance, shuntG: new Float64Array(3), shuntB: new Float64Array(3), sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }],
  }
}
const first: TapChanger = {
  id: 'upper', regulatedBus: 1, branch: 0, branchEnd: 'to', setPointPu: 1, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10,
  compoundingRPu: 0, compoundingXPu: 0, lowest: -8, highest: 8, raises: 1,
}
const second: TapChanger = { ...first, id: 'lower', regulatedBus: 2, branch: 1, firstDelayS: 90 }

/** Reactive load at one bus, by step. */
const loadsAt = (bus: number, kvar: readonly number[]) => {
  const reactiveKvar = new Float64Array(3 * kvar.length)
  kvar.forEach((value, step) => (reactiveKvar[3 * step + bus] = value))
  return { scenarios: kvar.length, activeKw: new Float64Array(3 * kvar.length), reactiveKvar }
}
const run = (changers: readonly TapChanger[], loads: ReturnType<typeof loadsAt>, more = {}) => {
  const asked: string[] = []
  const prepareAt = (position: Int32Array) => {
    asked.push(position.join())
    return prepareLoadFlow(circuitAt(position))
  }
  return { asked, ...solveWithTapChangers(changers, loads, { stepS: 600, start: new Int32Array(changers.length), prepareAt, tolerancePu: 1e-11, ...more }) }
}

/** Behind x = 0.05 pu and a ratio u: v (u' - v) = x q with u' = 1 / ratio. */
const voltageAt = (position: number, kvar: number): number => {
  const open = 1 / (1 - STEP_PU * position)
  return (open + Math.sqrt(open * open - 4 * 0.05 * (kvar / 1000))) / 2
}

describe('a series with one tap changer', () => {
  test('a load that ramps up and down: each step ends in the band, moves only when it left it, and never further than needed', () => {
    const ramp = Array.from({ length: 144 }, (_, k) => 900 * Math.sin((Math.PI * k) / 143) ** 2)
    const { position, moves, status, result, asked } = run([first], loadsAt(1, ramp))
    let expected = 0
    ramp.forEach((kvar, step) => {
      while (voltageAt(expected, kvar) < 0.99) expected += 1
      while (voltageAt(expected, kvar) > 1.01) expected -= 1
      expect(position[step]).toBe(expected)
      expect(Math.abs(result.voltagePu[3 * step + 1] - voltageAt(expected, kvar))).toBeLessThan(1e-9)
    })
    expect(Math.max(...position)).toBe(3)
    expect(moves.reduce((sum, n) => sum + n, 0)).toBe(6)
    expect(new Set(status)).toEqual(new Set([TAP_STATUS.inBand]))
    // Four sets of positions, each factorised once.
    expect([...asked].sort()).toEqual(['0', '1', '2', '3'])
  })

  test('a load that keeps the voltage in the band moves nothing', () => {
    const { moves, asked } = run([first], loadsAt(1, Array.from({ length: 500 }, (_, k) => 80 + 80 * Math.sin(k))))
    expect(moves.every((n) => n === 0)).toBe(true)
    expect(asked).toEqual(['0'])
  })

  test('steps shorter than the delay: the time runs on from step to step', () => {
    // 500 kvar: 0.9743, then 0.9872, then 1.0003 pu: two moves, after 60 s and 70 s, in steps of 25 s.
    const { position, status } = run([first], loadsAt(1, [500, 500, 500, 500]), { stepS: 25 })
    expect([...position]).toEqual([0, 0, 2, 2])
    expect([...status]).toEqual([TAP_STATUS.waiting, TAP_STATUS.waiting, TAP_STATUS.inBand, TAP_STATUS.inBand])
  })

  test('a series cut in two goes on from the state of the first', () => {
    const kvar = [0, 500, 500, 900, 200, 0, 0]
    const whole = run([first], loadsAt(1, kvar), { stepS: 25 })
    const head = run([first], loadsAt(1, kvar.slice(0, 3)), { stepS: 25 })
    const tail = run([first], loadsAt(1, kvar.slice(3)), { stepS: 25, start: head.state })
    expect([...head.position, ...tail.position]).toEqual([...whole.position])
  })

  test('the last position is reported, with a voltage that is not held', () => {
    const { position, status, result } = run([{ ...first, highest: 1 }], loadsAt(1, [900, 900, 0]))
    expect([...position]).toEqual([1, 1, 0])
    expect([...status]).toEqual([TAP_STATUS.atLimit, TAP_STATUS.atLimit, TAP_STATUS.inBand])
    expect(result.voltagePu[1]).toBeLessThan(0.99)
  })

  test('a band narrower than a step hunts: found, held, reported, and the other steps go on', () => {
    // 1.0000 pu at position 0 without load; 0.9974 and 1.0103 with 50 kvar: neither within 0.002 of 1.
    const { status, moves } = run([{ ...first, deadBandPu: 0.004 }], loadsAt(1, [0, 50, 0]))
    expect([...status]).toEqual([TAP_STATUS.inBand, TAP_STATUS.hunting, TAP_STATUS.inBand])
    expect(moves[1]).toBe(1)
  })

  test('a step whose load flow does not settle is reported and moves nothing', () => {
    const { status, position, result } = run([first], loadsAt(1, [0, 9000, 0]))
    expect([...status]).toEqual([TAP_STATUS.inBand, TAP_STATUS.unsolved, TAP_STATUS.inBand])
    expect([...position]).toEqual([0, 0, 0])
    expect([...result.settled]).toEqual([1, 0, 1])
  })
})

describe('two tap changers in a row', () => {
  test('the upper one with the shorter delay mends it for both; with the longer one the lower has moved first and goes back', () => {
    const good = run([first, second], loadsAt(1, [0, 300, 300]))
    expect([...good.moves]).toEqual([0, 0, 1, 0, 0, 0])
    const bad = run([{ ...first, firstDelayS: 120 }, second], loadsAt(1, [0, 300, 300]))
    expect(bad.moves[3]).toBeGreaterThan(0)
    expect([...bad.status.slice(2)].every((status) => status === TAP_STATUS.inBand)).toBe(true)
  })

  test('two that lead each other round in a circle are found when their positions come back, and held', () => {
    // Bus 1 stands at 1 + c (a + b - 1), bus 2 at 1 + c (b - a): up, up, down, down, and nothing ever crosses its band.
    const circling = (position: Int32Array): Circuit => {
      const [a, b] = position
      const admittance = emptyTwoPorts(2)
      ;[1 + STEP_PU * (a + b - 1), 1 + STEP_PU * (b - a)].forEach((voltage, k) => setPiBranch(admittance, k, { rPu: 0, xPu: 0.05, gPu: 0, bPu: 0, ratio: 1 / voltage }))
      return { ...circuitAt([]), branchFrom: Int32Array.of(0, 0), admittance }
    }
    const { status, moves } = run([first, second], loadsAt(1, [0]), { prepareAt: (position: Int32Array) => prepareLoadFlow(circling(position)) })
    expect([...moves]).toEqual([2, 2])
    expect([...status]).toEqual([TAP_STATUS.hunting, TAP_STATUS.hunting])
  })

  test('steps solved ahead in one batch give what one step after the other gives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(900), { minLength: 1, maxLength: 60 }), fc.constantFrom(30, 60, 600), (kvar, stepS) => {
        const changers = [first, second]
        const loads = loadsAt(2, kvar.map((value) => value / 2))
        const series = run(changers, loads, { stepS })
        const state = createTapState(new Int32Array(2))
        kvar.forEach((_, step) => {
          const one = { scenarios: 1, activeKw: loads.activeKw.subarray(3 * step, 3 * step + 3), reactiveKvar: loads.reactiveKvar.subarray(3 * step, 3 * step + 3) }
          const look = () => {
            const prepared = prepareLoadFlow(circuitAt(state.position))
            return regulatedVoltages(changers, prepared.circuit, solveLoadFlow(prepared, one, { tolerancePu: 1e-11 }), 0)
          }
          for (let leftS = stepS; leftS >= 0; ) {
            const { passedS, moved } = stepTaps(changers, state, look(), leftS)
            if (moved < 0) break
            leftS -= passedS
            observe(changers, state, look())
          }
          expect([...series.position.slice(2 * step, 2 * step + 2)]).toEqual([...state.position])
        })
      }),
      { numRuns: 40 },
    )
  })
})
