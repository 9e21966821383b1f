/** What the studies read of a year in hours. */
import type { Network } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { USUAL_TAN_PHI } from './network-solver.ts'
import type { EvaluationPlan, NetworkSensor, PowerSeries } from './plan.ts'

export const HOUR_MS = 3_600_000
export const TEMPERATURE_SERIES = { kind: 'instant', stepS: 3600, holdS: 7200 } as const
/** Losses between the heads and the meters, as a share of what the meters see: only splits the rest of the town off. */
const LOSS_SHARE = 0.03

/** By what the expected load of the rest of the town is multiplied, so that the heads carry what was measured; 1 where they were not. */
export const boundaryScale = (headKw: number, ownKw: number, expectedKw: number): number =>
  (Number.isNaN(headKw) || expectedKw <= 0 ? 1 : Math.max(0, headKw - ownKw * (1 + LOSS_SHARE)) / expectedKw)

export const tanPhiOf = (powerFactor: number | undefined): number => (powerFactor === undefined ? USUAL_TAN_PHI : Math.tan(Math.acos(powerFactor)))

/** One sensor of active power for each head; none if a head has none. */
export function headSensors(network: Network, plan: EvaluationPlan): NetworkSensor[] {
  const found = feederHeads(network).map(({ feederId, section }) => plan.sensors.find(({ quantity, on }) => quantity === 'active-power' && (on === feederId || on === section)))
  return found.every((sensor) => sensor !== undefined) ? found : []
}

/** Hourly means of each series; NaN where it has none. */
export async function hourlyMeans(reader: TimeSeriesReader, series: readonly PowerSeries[], from: number, hours: number): Promise<Float64Array[]> {
  const ids = await reader.lookup(series.map(({ pointName }) => pointName))
  const columns: Float64Array[] = []
  for (const id of ids) {
    const column = new Float64Array(hours).fill(NaN)
    columns.push(column)
    if (id <= 0) continue
    const { at, sum, points } = await reader.sumOfMeans(Int32Array.of(id), 'hour', from, from + hours * HOUR_MS)
    at.forEach((hour, i) => {
      if (points[i] === 1) column[Math.round((hour - from) / HOUR_MS)] = sum[i]!
    })
  }
  return columns
}
