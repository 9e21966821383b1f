/** Reads the measured year for a study and freezes it at once: curves of single holders do not leave this file. */
import type { District } from '#models/district/schema.ts'
import { clearSkyWm2 } from '#models/forecast/sun.ts'
import type { GridModel } from '#models/grid/network.ts'
import { type LoadCalendar, loadCalendar } from '#models/load-curve/day-type.ts'
import { flatCurve, type TypicalCurve, typicalPowerKw } from '#models/load-curve/typical.ts'
import { freezeYear } from '#models/reinforcement/frozen-cells.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { IdentifiedBoundary, IdentifiedPart } from '#models/reinforcement/identified-year.ts'
import { PV_CLASS } from '#models/reinforcement/load-classes.ts'
import { transformerOfBuses } from '#models/reinforcement/transformer-of-bus.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { boundaryScale, headSensors, hourlyMeans, HOUR_MS, tanPhiOf } from '#services/evaluation/hourly-year.ts'
import type { EvaluationPlan, LoadPlan, PowerSeries } from '#services/evaluation/plan.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { readTemperatures } from './read-temperatures.ts'

export interface BaseSources {
  readonly loaded: LoadedDistrict
  readonly plan: EvaluationPlan
  /** By load class; without any, curves are level and the frozen year says so (`flatClasses`). */
  readonly typical: ReadonlyMap<string, TypicalCurve>
  /** Absent: nothing was measured, the study stands on declared energies alone. */
  readonly measured?: TimeSeriesReader
}

/** Of what a transformer carries at its low-voltage side, what is lost on the way to the meters. Assumed; the load flow computes it anew. */
const LOW_VOLTAGE_LOSS_SHARE = 0.015
const HOURS_A_YEAR = 8760

/** The year of whole hours that ends at `until` (ms). */
export async function readBase({ loaded, plan, typical, measured }: BaseSources, grid: GridModel, until: number, hours = HOURS_A_YEAR): Promise<FrozenYear> {
  const { district, version } = loaded
  const { network, timeZone } = district
  const from = until - hours * HOUR_MS
  const at = Float64Array.from({ length: hours }, (_, hour) => from + hour * HOUR_MS)
  const calendar = loadCalendar(at, timeZone)
  const means = async (series: readonly PowerSeries[]): Promise<readonly Float64Array[]> => (measured === undefined ? series.map(() => new Float64Array(hours).fill(NaN)) : hourlyMeans(measured, series, from, hours))
  const weather = await readTemperatures(measured, plan.temperaturePoint, calendar, at, timeZone)
  const sunShape = meanOne(clearSkyWm2(at, HOUR_MS / 1000, district.latitude, district.longitude))
  const shapes: Shapes = { calendar, typical, temperatureC: weather.measuredC, sunShape }
  const metered = await means(plan.loads.flatMap(({ power }) => (power === undefined ? [] : [power])))
  const heads = await means(headSensors(network, plan))
  const headKw = Float64Array.from({ length: hours }, (_, hour) => (heads.length === 0 ? NaN : heads.reduce((sum, column) => sum + column[hour]!, 0)))

  return freezeYear({
    districtVersion: version, timeZone, from, hours, temperatureC: weather.temperatureC, temperatureSource: weather.source, temperatureHistory: weather.history,
    parts: parts(), boundaryOf, transformerKw: await transformers(), assumedCurves: new Map([[PV_CLASS, sunShape]]), measuredHours: headKw.filter((kw) => !Number.isNaN(kw)).length, headKw,
  })

  function parts(): IdentifiedPart[] {
    const transformerOf = transformerOfBuses(grid)
    const isPublicHolder = new Map(district.holders.map(({ id, kind }) => [id, kind === 'public-body' || kind === 'operator']))
    let nextMetered = 0
    return plan.loads.flatMap((load): IdentifiedPart[] => {
      const known = load.power === undefined ? undefined : metered[nextMetered++]
      const { deliveryPoint, sign, annualEnergyKwh } = load
      const bus = grid.busIndex.get(deliveryPoint.node!)
      if (bus === undefined) return []
      const holders = holdersOf(deliveryPoint, from, until)
      const expectedKw = expectedOf(shapes, deliveryPoint.loadClass, annualEnergyKwh, sign)
      return [{
        holders, isPublic: holders.length > 0 && holders.every((holder) => isPublicHolder.get(holder)), bus: deliveryPoint.node!,
        transformer: grid.transformerIds[transformerOf[bus]!] ?? deliveryPoint.node!, loadClass: deliveryPoint.loadClass,
        isResidential: deliveryPoint.category === 'residential', isProduction: sign === -1, ...completed(expectedKw, known),
        perDegreeKw: slopeOf(typical, load, annualEnergyKwh), tanPhi: sign === -1 ? 0 : tanPhiOf(deliveryPoint.powerFactor), annualEnergyKwh,
      }]
    })
  }

  /** The rest of the town has no meter: set so that the heads carry what was measured at them. */
  function boundaryOf(ownKw: Float64Array): IdentifiedBoundary[] {
    const loads = network.boundaryLoads.filter(({ node }) => grid.busIndex.has(node))
    const expected = loads.map(({ loadClass, annualEnergyKwh }) => expectedOf(shapes, loadClass, annualEnergyKwh, 1))
    const scale = headKw.map((head, hour) => boundaryScale(head, ownKw[hour]!, expected.reduce((sum, kw) => sum + kw[hour]!, 0)))
    const measuredShare = headKw.reduce((count, kw) => count + (Number.isNaN(kw) ? 0 : 1), 0) / hours
    return loads.map(({ id, node, loadClass, annualEnergyKwh, powerFactor }, i) => ({
      id, bus: node, loadClass, powerKw: expected[i]!.map((kw, hour) => kw * scale[hour]!), perDegreeKw: slopeOf(typical, { deliveryPoint: { loadClass } }, annualEnergyKwh),
      tanPhi: tanPhiOf(powerFactor), annualEnergyKwh, measuredShare,
    }))
  }

  async function transformers(): Promise<Map<string, Float64Array>> {
    const sensors = grid.transformerIds.flatMap((id) => plan.sensors.find(({ quantity, on }) => quantity === 'active-power' && on === id) ?? [])
    const columns = await means(sensors)
    return new Map(sensors.map(({ on }, i) => [on, columns[i]!.map((kw) => kw * (1 - LOW_VOLTAGE_LOSS_SHARE))]))
  }
}

interface Shapes {
  readonly calendar: LoadCalendar
  readonly typical: ReadonlyMap<string, TypicalCurve>
  readonly temperatureC: Float64Array
  readonly sunShape: Float64Array
}

/** kW expected of a class by hour. Panels of which no meter told are drawn by the sun in a clear sky, not level through the night. */
function expectedOf({ calendar, typical, temperatureC, sunShape }: Shapes, loadClass: string, annualEnergyKwh: number, sign: 1 | -1): Float64Array {
  const curve = typical.get(loadClass) ?? flatCurve(loadClass)
  const drawn = sign === -1 && curve.curves === 0 ? sunShape.map((value) => (value * annualEnergyKwh) / HOURS_A_YEAR) : typicalPowerKw(curve, annualEnergyKwh, calendar, temperatureC)
  return sign === 1 ? drawn : drawn.map((kw) => -kw)
}

function completed(expectedKw: Float64Array, known: Float64Array | undefined): Pick<IdentifiedPart, 'powerKw' | 'measuredShare'> {
  if (known === undefined) return { powerKw: expectedKw, measuredShare: 0 }
  return { powerKw: known.map((kw, hour) => (Number.isNaN(kw) ? expectedKw[hour]! : kw)), measuredShare: known.filter((kw) => !Number.isNaN(kw)).length / known.length }
}

const slopeOf = (typical: ReadonlyMap<string, TypicalCurve>, { deliveryPoint, sign = 1 }: { deliveryPoint: { loadClass: string }; sign?: LoadPlan['sign'] }, annualEnergyKwh: number): Float64Array =>
  (sign === -1 ? undefined : typical.get(deliveryPoint.loadClass)?.perDegree.map((slope) => (slope * annualEnergyKwh) / HOURS_A_YEAR)) ?? new Float64Array(24)

/** Everybody who held it at some time of the year. */
function holdersOf({ holders }: District['deliveryPoints'][number], from: number, until: number): string[] {
  const during = holders.filter(({ validFrom, validTo }) => Date.parse(validFrom) < until && (validTo === undefined || Date.parse(validTo) > from))
  return [...new Set(during.map(({ holder }) => holder))]
}

function meanOne(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length
  return mean > 0 ? column.map((value) => value / mean) : column.map(() => 1)
}
