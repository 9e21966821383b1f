/** Loads that do not stand there yet, drawn like their class. */
import type { FutureBase } from './future-base.ts'

const HOURS_A_YEAR = 8760

/**
 * kW by hour in the weather of something that takes `annualEnergyKwh` in a year like the measured one: the relative curve of the
 * class, of whose answer to cold `coldShare` is kept (1: that of today's class).
 */
export function newBuildingKw(future: FutureBase, loadClass: string, annualEnergyKwh: number, coldShare: number): Float64Array {
  const measured = relativeKw(future, loadClass, coldShare, future.measuredColdC)
  const meanOfShape = measured.reduce((sum, value) => sum + value, 0) / measured.length
  const scaleKw = meanOfShape > 0 ? annualEnergyKwh / HOURS_A_YEAR / meanOfShape : 0
  return relativeKw(future, loadClass, coldShare, future.coldC).map((value) => value * scaleKw)
}

/** kW by hour of an arrival whose largest power in a year like the measured one is `peakKw`; a colder one may ask for more. */
export function arrivalKw(future: FutureBase, loadClass: string, peakKw: number): Float64Array {
  const largest = relativeKw(future, loadClass, 1, future.measuredColdC).reduce((most, value) => Math.max(most, value), 0)
  return relativeKw(future, loadClass, 1, future.coldC).map((value) => (largest > 0 ? (value * peakKw) / largest : 0))
}

/** kW for each mean kW of the class at so many degrees of cold; a class without a curve is level. */
function relativeKw({ base, measuredColdC }: FutureBase, loadClass: string, coldShare: number, coldC: Float64Array): Float64Array {
  const curve = base.curveOfClass.get(loadClass)
  if (curve === undefined) return new Float64Array(base.at.length).fill(1)
  return curve.relative.map((relative, hour) => {
    const perDegree = curve.perDegree[base.localHour[hour]!]!
    return Math.max(0, relative + perDegree * (coldShare * coldC[hour]! - measuredColdC[hour]!))
  })
}
