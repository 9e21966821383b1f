import { loadCalendar } from '#models/load-curve/day-type.ts'
import { fitTypicalCurve, type ConsentedCurve, type TypicalCurve } from '#models/load-curve/typical.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { EvaluationPlan } from './plan.ts'
import { readMeans, stepTimes } from './step-inputs.ts'

const DAY_MS = 86_400_000
/** More curves of one class change its mean little and cost reading. */
const MOST_CURVES = 30
/** A curve must say something about a good part of the time it stands for. */
const MIN_KNOWN_DAYS = 14

/**
 * Typical curves of every load class of the plan, from the measured curves of the year before `until`. Only meters that
 * we may read are in the store at all, so a household without consent adds nothing.
 */
export async function fitTypicalCurves(reader: TimeSeriesReader, plan: EvaluationPlan, timeZone: string, until: number): Promise<ReadonlyMap<string, TypicalCurve>> {
  const to = Math.floor(until / DAY_MS) * DAY_MS
  const from = to - 365 * DAY_MS
  const at = stepTimes(from, to)
  const calendar = loadCalendar(at, timeZone)
  const [temperature] = await readMeans(reader, [plan.temperaturePoint === undefined ? undefined : { pointName: plan.temperaturePoint, kind: 'instant', stepS: 3600, holdS: 7200 }], from, to)
  const curves = new Map<string, TypicalCurve>()
  for (const loadClass of new Set(plan.loads.map(({ deliveryPoint }) => deliveryPoint.loadClass))) {
    const candidates = plan.loads.filter(({ deliveryPoint, power, annualEnergyKwh }) => deliveryPoint.loadClass === loadClass && power !== undefined && annualEnergyKwh > 0).slice(0, MOST_CURVES)
    const means = await readMeans(reader, candidates.map(({ power }) => power), from, to)
    const consented = candidates.flatMap(({ sign, annualEnergyKwh }, i): ConsentedCurve[] => {
      const known = means[i]!.values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0)
      if (known < MIN_KNOWN_DAYS * 144) return []
      return [{ powerKw: sign === 1 ? means[i]!.values : means[i]!.values.map((value) => -value), annualEnergyKwh }]
    })
    curves.set(loadClass, fitTypicalCurve(loadClass, consented, calendar, temperature!.values))
  }
  return curves
}
