import { validAt } from '#models/grid/dated.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { isUsable } from '#models/units/quality.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { orNull } from '../columns.ts'
import type { PlannerNetwork } from '../contract/planner.ts'
import { networkAt } from './view.ts'

/** The network as it stands: declared layout and ratings, switch positions as measured where a sensor tells them. */
export async function networkView({ district, version }: LoadedDistrict, measured: TimeSeriesReader, now: number): Promise<PlannerNetwork> {
  const { network, thresholds } = district
  const { sectionRatingA, transformerKva } = networkAt(district, now)
  const positions = await measuredPositions(district, measured)
  const busbars = new Map(network.busbars.map((one) => [one.id, one]))
  return {
    districtVersion: version,
    ...thresholds,
    substations: network.substations.map(({ id, name, kind, zone, x, y }) => ({ id, name, kind, zone: zone ?? null, x, y })),
    busbars: network.busbars.map(({ id, name, substation, nominalVoltageKv }) => ({ id, name, substation, nominalVoltageKv })),
    junctions: network.junctions.map(({ id, nominalVoltageKv }) => ({ id, nominalVoltageKv })),
    transformers: network.transformers.map(({ id, name, substation, hvNode, lvNode, ratedKva }) => ({ id, name, substation, hvNode, lvNode, ratedKva, limitPct: (100 * (transformerKva.get(id) ?? ratedKva)) / ratedKva })),
    feeders: network.feeders.map(({ id, name, busbar, lineSections }) => ({ id, name, busbar, substation: busbars.get(busbar)?.substation ?? null, nominalVoltageKv: busbars.get(busbar)?.nominalVoltageKv ?? null, lineSections: [...lineSections] })),
    lineSections: network.lineSections.map(({ id, name, from, to, cable, lengthKm }) => ({ id, name, from, to, cable, lengthKm, ratingA: orNull(sectionRatingA.get(id) ?? NaN) })),
    switches: network.switches.map(({ id, name, kind, lineSection, end, remote, positions: declared }) => {
      const told = positions.get(id)
      return { id, name, kind, lineSection, end, remote, closed: told ?? validAt(declared, now)?.closed ?? true, measured: told !== undefined }
    }),
    boundaryLoads: network.boundaryLoads.map(({ id, name, node }) => ({ id, name, node })),
  }
}

async function measuredPositions({ measurementPoints }: LoadedDistrict['district'], measured: TimeSeriesReader): Promise<Map<string, boolean>> {
  const points = measurementPoints.filter(({ quantity }) => quantity === 'position')
  const ids = await measured.lookup(points.map(({ id }) => id))
  const known = points.map(({ on }, i) => ({ on, id: ids[i]! })).filter(({ id }) => id > 0)
  const latest = await measured.latest(Int32Array.from(known, ({ id }) => id))
  return new Map(known.flatMap(({ on }, i) => (Number.isFinite(latest.values[i]!) && isUsable(latest.quality[i]!) ? [[on, latest.values[i]! >= 0.5] as const] : [])))
}
