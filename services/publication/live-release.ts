import { decideLive, isPublicHolder, rulesInForce, type LiveCandidate, type LiveDecision } from '#models/disclosure/live-rules.ts'
import type { District, PublicationRules } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import type { EvaluationPlan, PowerSeries } from '#services/evaluation/plan.ts'
import type { RunReader } from '#services/evaluation/port.ts'
import type { EffectClaim } from '#services/sqlite/effect-ledger.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { ReleaseStore } from './release-store.ts'

const DAY_MS = 86_400_000

export interface LiveSources {
  readonly measured: TimeSeriesReader
  readonly runs: RunReader
  readonly district: District
  readonly districtVersion: string
  readonly plan: EvaluationPlan
  /** Firm import of the season of `at` in kW; NaN if not known. */
  firmImportKw(at: number): number
}

/**
 * Publishes the 30-minute step that starts at `at`, or what everybody sees when it is withheld. Asking again for the
 * same step changes nothing. Nothing at all is written where no rule is in force or it is too early.
 */
export async function publishLive(releases: ReleaseStore, sources: LiveSources, at: number, now: number, claims: readonly EffectClaim[] = []): Promise<LiveDecision> {
  const rules = rulesInForce(sources.district.publicationRules, at)
  const decision = await decide(sources, rules, at, now)
  if (rules !== undefined && (decision.publish || decision.reason !== 'too-early')) {
    await releases.publish({ kind: 'district-live', at, stepS: rules.liveStepS, publishedAt: now, rules: rules.validFrom, districtVersion: sources.districtVersion, body: decision.figures }, claims)
  }
  const inForceNow = rulesInForce(sources.district.publicationRules, now)
  if (inForceNow !== undefined) await releases.withdrawBefore('district-live', now - inForceNow.liveWindowDays * DAY_MS, now)
  return decision
}

async function decide(sources: LiveSources, rules: PublicationRules | undefined, at: number, now: number): Promise<LiveDecision> {
  const stepS = rules?.liveStepS ?? 1800
  const power = await districtPower(sources, at, stepS)
  return decideLive({ at, now, ...power, firmImportKw: sources.firmImportKw(at), ...(await holdersBehind(sources, at, stepS)) }, rules)
}

/**
 * The district's own power: the sum of the sensors at the heads of its feeders, less the boundary load that the same
 * feeders carry to the rest of the town. The boundary load has no meter: it is the one declared in the document (its
 * typical curve and yearly energy), as the network's estimate of the same steps took it. No meter of a delivery point
 * enters, so a missing or corrected household reading can't be seen from outside.
 */
async function districtPower({ measured, runs, district, plan }: LiveSources, at: number, stepS: number): Promise<{ meanPowerKw: number; coverage: number; yearlyMeanKw: number }> {
  const unknown = { meanPowerKw: NaN, coverage: 0, yearlyMeanKw: NaN }
  const to = at + stepS * 1000
  const heads = feederHeads(district.network).map(({ feederId, section }) =>
    plan.sensors.find(({ on, quantity }) => quantity === 'active-power' && (on === section || on === feederId)))
  if (heads.length === 0 || heads.some((head) => head === undefined)) return unknown
  const sensors = heads as PowerSeries[]
  const ids = await measured.lookup(sensors.map(({ pointName }) => pointName))
  if (ids.some((id) => id <= 0)) return unknown

  let headsKw = 0
  let coverage = 1
  await measured.readMany(ids, at - 1000 * Math.max(...sensors.map(({ holdS }) => holdS)), to, (k, series) => {
    const means = stepMeans(series, at, to, stepS, sensors[k]!.holdS)
    headsKw += means.values[0]!
    coverage = Math.min(coverage, means.coverage[0]!)
  })
  let boundaryKw = 0
  if (district.network.boundaryLoads.length > 0) {
    const states = await runs.states('estimate', at, to)
    if (states.length === 0) return unknown
    boundaryKw = states.reduce((sum, state) => sum + state.boundaryKw, 0) / states.length
  }
  const year = await measured.sumOfMeans(ids, 'day', to - 365 * DAY_MS, to)
  const whole = [...year.sum].filter((sum, day) => !Number.isNaN(sum) && year.points[day] === ids.length)
  const boundaryMeanKw = district.network.boundaryLoads.reduce((sum, { annualEnergyKwh }) => sum + annualEnergyKwh / 8760, 0)
  const yearlyMeanKw = whole.length === 0 ? NaN : whole.reduce((a, b) => a + b, 0) / whole.length - boundaryMeanKw
  return { meanPowerKw: headsKw - boundaryKw, coverage, yearlyMeanKw }
}

/** Without a meter a holder is taken to draw this many times his mean power of the year, at most what he has subscribed. */
const PEAK_TO_MEAN = 3

type HoldersBehind = Pick<LiveCandidate, 'holderPowerKw' | 'publicPowerKw' | 'productionKw' | 'deliveryPoints'>

/**
 * Everybody who stands behind the heads at that time, each with the power he may account for: the measured mean of his
 * meters, or a high guess from his contract where no meter tells. Production stands beside consumption, never netted.
 */
async function holdersBehind({ measured, plan, district }: LiveSources, at: number, stepS: number): Promise<HoldersBehind> {
  const to = at + stepS * 1000
  const ids = await measured.lookup(plan.loads.map(({ power }) => power?.pointName ?? ''))
  const withMeter = plan.loads.flatMap((load, i) => (load.power !== undefined && ids[i]! > 0 ? [{ i, id: ids[i]!, holdS: load.power.holdS }] : []))
  const measuredKw = new Float64Array(plan.loads.length).fill(NaN)
  const longestHoldS = withMeter.reduce((longest, { holdS }) => Math.max(longest, holdS), 0)
  await measured.readMany(Int32Array.from(withMeter, ({ id }) => id), at - longestHoldS * 1000, to, (k, series) => {
    measuredKw[withMeter[k]!.i] = stepMeans(series, at, to, stepS, withMeter[k]!.holdS).values[0]!
  })
  return sumByHolder({ district, plan }, at, measuredKw)
}

/** @param measuredKw mean of the step by load of the plan, NaN where no meter tells it */
export function sumByHolder({ district, plan }: Pick<LiveSources, 'district' | 'plan'>, at: number, measuredKw: Float64Array): HoldersBehind {
  const isPublic = new Set(district.holders.filter(isPublicHolder).map(({ id }) => id))
  const byHolder = new Map<string, number>()
  let publicPowerKw = 0
  let productionKw = 0
  let deliveryPoints = 0
  for (const [i, { deliveryPoint, sign, annualEnergyKwh }] of plan.loads.entries()) {
    const meterKw = measuredKw[i]!
    if (sign === -1) {
      if (meterKw < 0) productionKw -= meterKw
      continue
    }
    const held = deliveryPoint.holders.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo)))
    if (held === undefined) continue
    const contractKw = Math.min(deliveryPoint.subscribedPowerKva ?? deliveryPoint.ratedPowerKw ?? Infinity, (PEAK_TO_MEAN * annualEnergyKwh) / 8760)
    const powerKw = Number.isNaN(meterKw) ? contractKw : Math.abs(meterKw)
    if (isPublic.has(held.holder)) {
      publicPowerKw += powerKw
      continue
    }
    deliveryPoints += 1
    byHolder.set(held.holder, (byHolder.get(held.holder) ?? 0) + powerKw)
  }
  return { holderPowerKw: [...byHolder.values()], publicPowerKw, productionKw, deliveryPoints }
}
