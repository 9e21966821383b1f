import { firmImport, prepareFirmImport } from '#models/capacity/firm-import.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { localParts } from '#models/units/local-time.ts'
import type { EvaluationParts } from './evaluate.ts'
import { seasonOf, type FirmImport, type Season } from './findings.ts'
import type { SolvedSteps } from './network-solver.ts'
import { readStepInputs, type StepInputs } from './step-inputs.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * Firm import in each season, at the hour of the last year in which the heads carried most: the shape of the loads and
 * the boundary load of that hour decide how much more the network could carry with a head lost.
 */
export async function firmImports(parts: EvaluationParts, at: number, issuedAt: number): Promise<FirmImport[]> {
  const { district } = parts.loaded
  const peaks = await peakHours(parts, at)
  const results: FirmImport[] = []
  for (const [season, hour] of peaks) {
    const inputs = await readStepInputs(parts.measured, parts.plan, parts.typical, district.timeZone, hour, hour + HOUR_MS)
    let result: FirmImport | undefined
    parts.solver.solve(inputs, parts.typical, (solved) => {
      const step = solved.state.flow.injectionKw.indexOf(Math.max(...solved.state.flow.injectionKw))
      if (step < 0) return
      const prepared = prepareFirmImport(district.network, solved.at[step]!, district.thresholds)
      const { importKw, outages } = firmImport(prepared, splitLoads(parts, inputs, solved, step), solved.ratings)
      result = {
        season, issuedAt,
        firmImportKw: Number.isFinite(importKw) ? importKw : null,
        contingencies: outages.map((outage) => ({ lost: outage.lostSection, firmImportKw: outage.importKw, limitingElement: outage.limitingElement ?? null })),
      }
    })
    if (result !== undefined) results.push(result)
  }
  return results
}

/** The hour in which the heads together carried most, in each season of the year before `at`; none without sensors. */
async function peakHours({ loaded, plan, measured }: EvaluationParts, at: number): Promise<Map<Season, number>> {
  const { network, timeZone } = loaded.district
  const heads = new Set(feederHeads(network).flatMap(({ feederId, section }) => [feederId, section]))
  const ids = await measured.lookup(plan.sensors.filter(({ on, quantity }) => quantity === 'active-power' && heads.has(on)).map(({ pointName }) => pointName))
  const peaks = new Map<Season, number>()
  if (ids.length === 0 || ids.some((id) => id <= 0)) return peaks
  const { at: hours, sum, points } = await measured.sumOfMeans(ids, 'hour', at - 365 * DAY_MS, at)
  const highestKw: Record<Season, number> = { winter: -Infinity, summer: -Infinity }
  hours.forEach((hour, i) => {
    if (points[i] !== ids.length) return
    const season = seasonOf(network.winterMonths, localParts(hour, timeZone).month)
    if (!(sum[i]! > highestKw[season])) return
    highestKw[season] = sum[i]!
    peaks.set(season, hour)
  })
  return peaks
}

/** The estimated load of each bus, parted into the district's own and the boundary load that the estimate has scaled. */
function splitLoads({ loaded, plan }: EvaluationParts, inputs: StepInputs, { grid, at, state }: SolvedSteps, step: number) {
  const bus = step * grid.busCount
  const districtKw = state.busLoadKw.slice(bus, bus + grid.busCount)
  const districtKvar = state.busLoadKvar.slice(bus, bus + grid.busCount)
  const boundaryKw = new Float64Array(grid.busCount)
  const boundaryKvar = new Float64Array(grid.busCount)
  const inputStep = inputs.at.indexOf(at[step]!)
  for (const node of new Set(loaded.district.network.boundaryLoads.map((boundary) => boundary.node))) {
    const place = grid.busIndex.get(node)!
    // At the bus of a boundary load everything beyond its delivery points is boundary.
    const ownKw = plan.loads.reduce((sum, { deliveryPoint }, i) => (deliveryPoint.node === node ? sum + inputs.loadKw[i]![inputStep]! : sum), 0)
    const share = districtKw[place] === 0 ? 0 : Math.min(1, Math.max(0, ownKw / districtKw[place]!))
    boundaryKw[place] = districtKw[place]! * (1 - share)
    boundaryKvar[place] = districtKvar[place]! * (1 - share)
    districtKw[place] *= share
    districtKvar[place] *= share
  }
  return { districtKw, districtKvar, boundaryKw, boundaryKvar }
}
