import { describe, expect, it } from 'vitest'
import { amountIn, planIn } from './plan-in-force.ts'
import { pricedBattery, pricedCable, pricedUnits, toldChoice } from './plan.testkit.ts'

const STAGES = [2030, 2033, 2036]

describe('an amount in a year', () => {
  it('is that of the stage that the year belongs to, and nothing before the first', () => {
    const amount = Float64Array.of(1, 2, 5)
    expect([2029, 2030, 2032, 2033, 2036, 2050].map((year) => amountIn(amount, STAGES, year))).toEqual([0, 1, 1, 2, 5, 5])
  })
})

describe('a plan in force', () => {
  const options = [pricedCable(), pricedUnits(), pricedBattery()]
  const choice = toldChoice([[0, [0, 0, 1]], [1, [0, 12, 20]], [2, [40, 40, 0.4]]])

  it('has the works that stand, the units and the contracts of its stage', () => {
    expect(planIn(choice, options, STAGES, 2034, [])).toEqual({ constrained: [], networks: [], units: [{ option: 'heat', amount: 12 }], contracts: [{ option: 'battery', kw: 40, activationEurPerMwh: 60 }] })
  })

  it('leaves out contracts that nobody would sign', () => {
    expect(planIn(choice, options, STAGES, 2036, [])).toEqual({ constrained: [], networks: ['cable'], units: [{ option: 'heat', amount: 20 }], contracts: [] })
  })

  it('takes what the solver has nearly rounded as built or not', () => {
    const nearly = toldChoice([[0, [1e-9, 1 - 1e-9, 1 - 1e-9]]])
    expect(planIn(nearly, options, STAGES, 2031, [])).toBeUndefined()
    expect(planIn(nearly, options, STAGES, 2033, [])).toMatchObject({ networks: ['cable'] })
  })

  it('is none in the years before anything is decided', () => {
    expect(planIn(choice, options, STAGES, 2029, [])).toBeUndefined()
  })
})
