import { describe, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from '../circuit.ts'
import { createLoadFlowResult } from '../scenarios.ts'
import { createTapState, isAtLimit, regulatedVoltages, stepTaps, type TapChanger } from './tap-changer.ts'

const changer: TapChanger = {
  id: 'T1', regulatedBus: 1, branch: 0, branchEnd: 'to', setPointPu: 1, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10,
  compoundingRPu: 0, compoundingXPu: 0, lowest: -2, highest: 2, raises: 1,
}
const LOW = [0.98]
const GOOD = [1.009]

describe('the relay of a tap changer', () => {
  test('waits the first delay, then the shorter one, and starts anew when the voltage was back', () => {
    const state = createTapState(Int32Array.of(0))
    expect(stepTaps([changer], state, LOW, 45)).toEqual({ passedS: 45, moved: -1 })
    expect(stepTaps([changer], state, LOW, 45)).toEqual({ passedS: 15, moved: 0 })
    expect(stepTaps([changer], state, LOW, 45)).toEqual({ passedS: 10, moved: 0 })
    expect([...state.position]).toEqual([2])
    expect(stepTaps([changer], state, GOOD, 600)).toEqual({ passedS: 600, moved: -1 })
    expect(stepTaps([changer], state, [1.02], 600)).toEqual({ passedS: 60, moved: 0 })
    expect([...state.position]).toEqual([1])
  })

  test('a dip shorter than the delay moves nothing, nor does a voltage that is not known', () => {
    const state = createTapState(Int32Array.of(0))
    for (let k = 0; k < 20; k += 1) {
      expect(stepTaps([changer], state, LOW, 59).moved).toBe(-1)
      expect(stepTaps([changer], state, GOOD, 1).moved).toBe(-1)
    }
    expect(stepTaps([changer], state, [NaN], 1e6).moved).toBe(-1)
  })

  test('from one side of the band to the other the time starts anew', () => {
    const state = createTapState(Int32Array.of(0))
    stepTaps([changer], state, LOW, 50)
    expect(stepTaps([changer], state, [1.02], 50).moved).toBe(-1)
    expect(stepTaps([changer], state, [1.02], 50)).toEqual({ passedS: 10, moved: 0 })
  })

  test('at its last position it stays and says so, but moves back', () => {
    const state = createTapState(Int32Array.of(2))
    expect(stepTaps([changer], state, LOW, 1000).moved).toBe(-1)
    expect(isAtLimit(changer, state, 0)).toBe(true)
    expect(stepTaps([changer], state, [1.02], 1000).moved).toBe(0)
    expect([state.position[0], isAtLimit(changer, state, 0)]).toEqual([1, false])
  })

  test('a changer whose higher position lowers the voltage moves the other way', () => {
    const state = createTapState(Int32Array.of(0))
    stepTaps([{ ...changer, raises: -1 }], state, LOW, 60)
    expect(state.position[0]).toBe(-1)
  })

  test('of several the shorter delay goes first, at the same instant the one upstream', () => {
    const low = [0.98, 0.98]
    const quick = createTapState(Int32Array.of(0, 0))
    expect(stepTaps([{ ...changer, firstDelayS: 90 }, changer], quick, low, 600)).toEqual({ passedS: 60, moved: 1 })
    expect([...quick.waitedS]).toEqual([60, 0])
    const even = createTapState(Int32Array.of(0, 0))
    expect(stepTaps([changer, changer], even, low, 600).moved).toBe(0)
    expect(stepTaps([changer, changer], even, low, 600)).toEqual({ passedS: 0, moved: 1 })
  })
})

test('compounding looks at the voltage behind an impedance: v - (r + jx) i', () => {
  const admittance = emptyTwoPorts(1)
  setPiBranch(admittance, 0, { rPu: 0, xPu: 0.1, gPu: 0, bPu: 0, ratio: 1 })
  const circuit = { busCount: 2, basePowerKva: 1000, branchFrom: Int32Array.of(0), branchTo: Int32Array.of(1), admittance } as unknown as Circuit
  const result = createLoadFlowResult(circuit, 1)
  result.voltagePu.set([1, 0.98])
  result.activeToKw[0] = -490
  result.reactiveToKvar[0] = -196
  // i = (0.49 - j 0.196) / 0.98 = 0.5 - j 0.2; (0.04 + j 0.02) i = 0.024 + j 0.002
  const [plain, compounded] = regulatedVoltages([changer, { ...changer, compoundingRPu: 0.04, compoundingXPu: 0.02 }], circuit, result, 0)
  expect(plain).toBe(0.98)
  expect(compounded).toBeCloseTo(Math.hypot(0.956, 0.002), 12)
})
