import { describe, expect, test } from 'vitest'
import { balanceFindings, smallestVisible } from './balance-findings.ts'
import { type BalanceElement, energyBalance, type MeteredCurve } from './balance.ts'

const STEPS = 48 * 28
const FEEDERS = 10
const POINTS = 14

function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Planted {
  /** Feeder and share of its energy that nobody meters, beyond the 2 % common to all. */
  readonly unmetered?: { readonly feeder: number; readonly share: number }
  /** Delivery points, by number over all feeders, whose meters are exchanged. */
  readonly swapped?: readonly [number, number]
}

/** A month of half hours: dwellings with spikes of their own, class-0.5 heads, class-1 meters, three points a feeder not metered. */
function field(seed: number, planted: Planted = {}, month = 0) {
  const random = randomNumbers(seed + 1000 * month)
  // What is wrong all the time is drawn apart: it is the same in every month.
  const lasting = randomNumbers(seed + 77)
  const truths = Array.from({ length: FEEDERS * POINTS }, () => {
    const size = 0.1 + 0.5 * lasting()
    return Float64Array.from({ length: STEPS }, (_, step) => size * (1 + 0.6 * Math.sin((2 * Math.PI * (step % 48)) / 48)) + (random() < 0.12 ? 1.5 * random() : 0))
  })
  const meterError = truths.map(() => 1 + 0.005 * (2 * lasting() - 1))
  const shown = truths.map((_, k) => k)
  if (planted.swapped !== undefined) {
    const [i, j] = planted.swapped
    shown[i] = j
    shown[j] = i
  }
  const curves: MeteredCurve[] = truths.map((_, k) => ({ deliveryPointId: `DP${k}`, energyKwh: truths[shown[k]].map((kwh) => kwh * meterError[k]) }))
  const elements = Array.from({ length: FEEDERS }, (_, f): BalanceElement => {
    const points = Array.from({ length: POINTS }, (__, k) => f * POINTS + k)
    const headError = 1 + 0.005 * (2 * lasting() - 1)
    const extra = planted.unmetered?.feeder === f ? planted.unmetered.share : 0
    const sum = (of: readonly number[], step: number) => of.reduce((kwh, k) => kwh + truths[k][step], 0)
    const lossesKwh = Float64Array.from({ length: STEPS }, (__, step) => 0.0008 * sum(points, step) ** 2)
    const headKwh = Float64Array.from({ length: STEPS }, (__, step) => (sum(points, step) * (1.02 + extra) + lossesKwh[step]) * headError * (1 + 0.002 * (2 * random() - 1)))
    const notMetered = points.slice(0, 3)
    const bias = 1 + 0.06 * (2 * lasting() - 1)
    const estimatedKwh = Float64Array.from({ length: STEPS }, (__, step) => sum(notMetered, step) * bias * (0.8 + 0.4 * random()) + 0.02 * sum(points, step))
    return { id: `F${f}`, headKwh, metered: points.slice(3), estimatedKwh, lossesKwh: lossesKwh.map((kwh) => kwh * 1.05), accuracyPct: 0.5, resolutionKw: 0.01, estimateUncertaintyPct: 4, estimateDriftPct: 2 }
  })
  return { elements, curves }
}

/** Two months of the same field, one after the other. */
function joined(before: ReturnType<typeof field>, now: ReturnType<typeof field>): ReturnType<typeof field> {
  const both = (a: Float64Array, b: Float64Array) => Float64Array.of(...a, ...b)
  return {
    curves: now.curves.map((curve, k) => ({ ...curve, energyKwh: both(before.curves[k].energyKwh, curve.energyKwh) })),
    elements: now.elements.map((element, f) => {
      const earlier = before.elements[f]
      return { ...element, headKwh: both(earlier.headKwh, element.headKwh), estimatedKwh: both(earlier.estimatedKwh, element.estimatedKwh), lossesKwh: both(earlier.lossesKwh, element.lossesKwh) }
    }),
  }
}

const findingsOf = ({ elements, curves }: ReturnType<typeof field>) => balanceFindings(elements, curves, energyBalance(elements, curves))
const SEEDS = [1, 2, 3, 4, 5]

describe('measured balance', () => {
  test('parts add up to the head, and a gap in one curve takes the step out of the balance', () => {
    const { elements, curves } = field(1)
    curves[elements[0].metered[0]].energyKwh[7] = NaN
    const [first, second] = energyBalance(elements, curves).elements
    expect(first.steps).toBe(STEPS - 1)
    expect(second.steps).toBe(STEPS)
    const metered = elements[1].metered.reduce((kwh, k) => kwh + curves[k].energyKwh.reduce((a, b) => a + b, 0), 0)
    expect(second.meteredKwh).toBeCloseTo(metered, 6)
    expect(Math.abs(second.residualPct)).toBeLessThan(4 * second.uncertaintyPct)
  })

  test.each(SEEDS)('seed %i: nothing planted, nothing found', (seed) => {
    expect(findingsOf(field(seed))).toEqual([])
  })

  test.each(SEEDS)('seed %i: a 10 % unmetered load on one feeder is found there and only there, without any history', (seed) => {
    const findings = findingsOf(field(seed, { unmetered: { feeder: seed % FEEDERS, share: 0.1 } }))
    expect(findings.map((finding) => finding.kind === 'unmetered-load' && finding.elementId)).toEqual([`F${seed % FEEDERS}`])
  })

  test.each(SEEDS)('seed %i: a 3 % unmetered load is found where every delivery point is metered', (seed) => {
    const planted = field(seed, { unmetered: { feeder: 4, share: 0.03 } })
    const sure = planted.elements.map((element, f) => {
      const notMetered = [0, 1, 2].map((k) => f * POINTS + k)
      const declared = element.headKwh.map((kwh) => 0.0196 * kwh)
      return { ...element, metered: [...notMetered, ...element.metered], estimatedKwh: declared }
    })
    const [found, ...others] = findingsOf({ elements: sure, curves: planted.curves })
    expect(others).toEqual([])
    expect(found).toMatchObject({ kind: 'unmetered-load', elementId: 'F4' })
    if (found.kind === 'unmetered-load') expect(Math.abs(found.excessPct - 2.9)).toBeLessThan(1)
  })

  test.each(SEEDS)('seed %i: a 3 % load that begins is found against the month before, though a fifth of the energy is estimated', (seed) => {
    const compare = (planted: Planted) => {
      const { elements, curves } = joined(field(seed, {}, 0), field(seed, planted, 1))
      const balance = energyBalance(elements, curves, STEPS)
      expect(balance.elements[0].steps).toBe(STEPS)
      return { findings: balanceFindings(elements, curves, balance, { since: STEPS }), visiblePct: smallestVisible(elements, balance, { since: STEPS }) }
    }
    expect(compare({}).findings).toEqual([])
    const { findings, visiblePct } = compare({ unmetered: { feeder: 6, share: 0.03 } })
    expect(findings).toMatchObject([{ kind: 'unmetered-load', elementId: 'F6', basis: 'own-history' }])
    expect(visiblePct[6]).toBeLessThan(3)
  })

  test.each(SEEDS)('seed %i: two exchanged meters are named, with slope 1', (seed) => {
    const [a, b] = [seed % FEEDERS, (seed + 3) % FEEDERS]
    const pair = [a * POINTS + 5, b * POINTS + 9] as const
    const [found, ...others] = findingsOf(field(seed, { swapped: pair }))
    expect(others).toEqual([])
    if (found?.kind !== 'swapped-meters') throw new Error(`found ${JSON.stringify(found)}`)
    expect(new Set(found.deliveryPointIds)).toEqual(new Set(pair.map((k) => `DP${k}`)))
    expect(new Set(found.elementIds)).toEqual(new Set([`F${a}`, `F${b}`]))
    for (const slope of found.slopes) expect(slope).toBeCloseTo(1, 0)
    expect(found.lead).toBeGreaterThan(40)
  })

  test('a feeder that stays where it is while the estimates of all others fall is not accused', () => {
    const { elements, curves } = joined(field(3, {}, 0), field(3, {}, 1))
    const falling = elements.map((element, f) => (f === 0 ? element : { ...element, estimatedKwh: element.estimatedKwh.map((kwh, step) => (step < STEPS ? kwh : kwh * 1.08)) }))
    expect(balanceFindings(falling, curves, energyBalance(falling, curves, STEPS), { since: STEPS })).toEqual([])
  })

  test('two meters of one feeder can be exchanged unseen: its sum is the same', () => {
    expect(findingsOf(field(1, { swapped: [5, 9] }))).toEqual([])
  })

  test('of two meters that fluctuate alike the feeders are named, and that the meter is in doubt', () => {
    const { elements, curves } = field(2, { swapped: [5, 3 * POINTS + 9] })
    // The load of point 6 becomes what the meter of point 5 shows, and its feeder carries it.
    const twin = elements[0].headKwh.map((kwh, step) => kwh + curves[5].energyKwh[step] - curves[6].energyKwh[step])
    curves[6].energyKwh.set(curves[5].energyKwh)
    const [found] = findingsOf({ elements: elements.map((element, f) => (f === 0 ? { ...element, headKwh: twin } : element)), curves })
    if (found?.kind !== 'swapped-meters') throw new Error(`found ${JSON.stringify(found)}`)
    expect(found.elementIds).toEqual(['F0', 'F3'])
    expect(found.lead).toBeLessThan(40)
  })
})
