/** Bands in which the supply voltage has to stay, and what the weekly rule makes of a series of 10-minute means. */
import type { Source } from './source.ts'

/** Above this nominal voltage a bus belongs to the medium-voltage network. */
export const LOW_VOLTAGE_LIMIT_KV = 1

export interface VoltageBand {
  /** Of the nominal voltage. */
  readonly lowestPu: number
  readonly highestPu: number
  /** Length of the means that the band is about, s. */
  readonly meanS: number
  readonly source: Source
}

/** Supply at medium voltage: the contractual voltage Uc, here taken as the nominal one, plus or minus 5 %. */
export const MEDIUM_VOLTAGE_BAND: VoltageBand = {
  lowestPu: 0.95, highestPu: 1.05, meanS: 600,
  source: { title: 'Usual clause of French contracts for access to the 20 kV network: Uc within 5 %', dated: '2007', sure: 'usual' },
}

/** Articles 3 and 4: one 10-minute mean outside, at low or medium voltage, and the customer counts as badly supplied. */
export const FRENCH_ORDER_BAND: VoltageBand = {
  lowestPu: 0.9, highestPu: 1.1, meanS: 600,
  source: {
    title: 'Order of 24 December 2007 on levels of quality of public electricity networks, articles 3 and 4 (NOR DEVE0772580A)', dated: '2007-12-24',
    address: 'https://www.legifrance.gouv.fr/loda/id/JORFTEXT000017755016', sure: 'read',
  },
}

/** The wide band of EN 50160 for low voltage: 95 % of a week's 10-minute means within `share95`, all of them within `always`. */
export const EN_50160 = {
  share95: { lowestPu: 0.9, highestPu: 1.1 },
  always: { lowestPu: 0.85, highestPu: 1.1 },
  meanS: 600,
  source: { title: 'EN 50160, supply voltage variations at low voltage', dated: '2010', sure: 'reported' } as Source,
} as const

export const bandOf = (nominalKv: number): VoltageBand => (nominalKv > LOW_VOLTAGE_LIMIT_KV ? MEDIUM_VOLTAGE_BAND : FRENCH_ORDER_BAND)

export interface VoltageWeek {
  readonly firstStep: number
  readonly steps: number
  /** Steps without a voltage. */
  readonly missing: number
  /** Share of the present means inside the 95 % band; NaN without any. */
  readonly withinPct: number
  readonly lowestPu: number
  readonly highestPu: number
  /** `unknown` where missing means could change the answer. */
  readonly verdict: 'holds' | 'broken' | 'unknown'
}

/**
 * EN 50160 week by week, from the first step on; the last week may be shorter.
 * @param voltagePu means over equal steps, NaN where missing
 * @param stepS must be 600: a coarser mean hides what the rule is about
 */
export function voltageWeeks(voltagePu: ArrayLike<number>, stepS: number): VoltageWeek[] {
  if (stepS !== EN_50160.meanS) throw new RangeError('EN 50160 is about 10-minute means')
  const stepsAWeek = (7 * 86_400) / stepS
  const weeks: VoltageWeek[] = []
  for (let first = 0; first < voltagePu.length; first += stepsAWeek) {
    const steps = Math.min(stepsAWeek, voltagePu.length - first)
    let missing = 0
    let within = 0
    let lowestPu = Infinity
    let highestPu = -Infinity
    for (let step = first; step < first + steps; step += 1) {
      const pu = voltagePu[step]
      if (!(pu === pu)) {
        missing += 1
        continue
      }
      if (pu >= EN_50160.share95.lowestPu && pu <= EN_50160.share95.highestPu) within += 1
      lowestPu = Math.min(lowestPu, pu)
      highestPu = Math.max(highestPu, pu)
    }
    const outside = steps - missing - within
    const always = lowestPu >= EN_50160.always.lowestPu && highestPu <= EN_50160.always.highestPu
    const mostOutside = 0.05 * steps
    const broken = (steps > missing && !always) || outside > mostOutside
    weeks.push({
      firstStep: first, steps, missing, withinPct: steps === missing ? NaN : (100 * within) / (steps - missing),
      lowestPu: steps === missing ? NaN : lowestPu, highestPu: steps === missing ? NaN : highestPu,
      // A missing mean may lie anywhere, beyond the outer band too.
      verdict: broken ? 'broken' : missing > 0 ? 'unknown' : 'holds',
    })
  }
  return weeks
}
