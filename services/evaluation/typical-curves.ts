import type { District } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { fitTypicalCurve, type ConsentedCurve, type TypicalCurve } from '#models/load-curve/typical.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { EvaluationPlan } from './plan.ts'
import { readMeans, stepTimes } from './step-inputs.ts'

const DAY_MS = 86_400_000
/** More curves of one class change its mean little and cost reading. */
const MOST_CURVES = 30
/** A curve must say something about a good part of the time it stands for; some meters tell hours only. */
const MIN_KNOWN_DAYS = 14

/**
 * Typical curves of every load class of the plan, from the measured curves of the year before `until`. Only meters that
 * we may read are in the store at all, so a household without consent adds nothing.
 */
export async function fitTypicalCurves(reader: TimeSeriesReader, district: District, plan: EvaluationPlan, until: number): Promise<ReadonlyMap<string, TypicalCurve>> {
  const { timeZone } = district
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
      if (known < MIN_KNOWN_DAYS * 24) return []
      return [{ powerKw: sign === 1 ? means[i]!.values : means[i]!.values.map((value) => -value), annualEnergyKwh }]
    })
    curves.set(loadClass, fitTypicalCurve(loadClass, consented, calendar, temperature!.values))
  }
  const boundary = await boundaryCurve(reader, district, plan, from, to)
  for (const loadClass of new Set(district.network.boundaryLoads.map((load) => load.loadClass))) {
    if ((curves.get(loadClass)?.curves ?? 0) === 0) curves.set(loadClass, fitTypicalCurve(loadClass, boundary, calendar, temperature!.values))
  }
  return curves
}

/**
 * The rest of the town has no meter: its curve is what the feeder heads carried beyond the transformers of the district,
 * relative to the yearly energy that the document declares. Medium-voltage losses are in it; they are small beside it.
 */
async function boundaryCurve(reader: TimeSeriesReader, { network }: District, plan: EvaluationPlan, from: number, to: number): Promise<ConsentedCurve[]> {
  const heads = new Set(feederHeads(network).flatMap(({ feederId, section }) => [feederId, section]))
  const transformers = new Set(network.transformers.map(({ id }) => id))
  const active = plan.sensors.filter(({ quantity, on }) => quantity === 'active-power' && (heads.has(on) || transformers.has(on)))
  if (new Set(active.map(({ on }) => on)).size < feederHeads(network).length + transformers.size) return []
  const means = await readMeans(reader, active, from, to)
  const powerKw = new Float64Array(stepTimes(from, to).length)
  active.forEach(({ on }, i) => {
    for (let step = 0; step < powerKw.length; step += 1) powerKw[step] += (heads.has(on) ? 1 : -1) * means[i]!.values[step]!
  })
  return [{ powerKw, annualEnergyKwh: network.boundaryLoads.reduce((sum, { annualEnergyKwh }) => sum + annualEnergyKwh, 0) }]
}
