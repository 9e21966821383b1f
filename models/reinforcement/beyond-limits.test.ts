import { describe, expect, it } from 'vitest'
import { beyondLimits } from './beyond-limits.ts'
import { outageShare } from './outage-share.ts'
import { realPct } from './rates.ts'
import type { ElementOutlook } from './study-result.ts'
import { toldUnit } from './unit-result.testkit.ts'

const terms = { horizon: { fromYear: 2030, toYear: 2032 }, rates: { discount: realPct(10) }, years: [2030, 2031, 2032], lossEurPerMwh: 0, co2KgPerMwh: 0 }
const element = (id: string, group: string) => ({ id, group }) as ElementOutlook
const future = (scenario: number, year: number, probability: number, mwhNormal: readonly number[]) => {
  const { ask, counts } = toldUnit({ ask: { scenario, year }, hoursNormal: [1, 1, 1], mwhNormal, mwhOutage: [99, 99, 99] })
  return { ask, counts, probability }
}

describe('doing nothing', () => {
  const elements = [element('S1', 'F'), element('S2', 'F'), element('T', 'P')]
  const futures = [future(0, 2031, 0.25, [1, 3, 0]), future(1, 2031, 0.75, [0, 0, 0]), future(0, 2032, 0.25, [4, 6, 2]), future(1, 2032, 0.75, [0, 1, 1])]
  const told = beyondLimits(futures, elements, ['S1', 'S2', 'T'], terms, 1000, ['slow', 'fast'])

  it('leaves unserved the largest of each feeder and of each substation, and nothing after outages', () => {
    const [in2031, in2032] = [0.25 * 3, 0.25 * 8 + 0.75 * 2]
    // 2030 was not looked at and is counted like 2031.
    expect(told.mwh).toBeCloseTo(2 * in2031 + in2032, 12)
    expect(told.expectedEur).toBeCloseTo(1000 * (in2031 + in2031 / 1.1 + in2032 / 1.21), 8)
  })

  it('is told by scenario too, which together make what is expected', () => {
    expect(told.ofScenario.map(({ scenario }) => scenario)).toEqual(['slow', 'fast'])
    const [slow, fast] = told.ofScenario.map(({ eur }) => eur)
    expect(slow).toBeCloseTo(1000 * (3 + 3 / 1.1 + 8 / 1.21), 8)
    expect(fast).toBeCloseTo((1000 * 2) / 1.21, 8)
    expect(0.25 * slow + 0.75 * fast).toBeCloseTo(told.expectedEur, 8)
  })
})

describe('how often an element is out', () => {
  it('is so many times a year for so long', () => {
    expect(outageShare({ aYear: 0.5, repairH: 87.6 })).toBeCloseTo(0.005, 12)
    expect(outageShare() * 8760).toBeCloseTo(1.2, 12)
  })
})
