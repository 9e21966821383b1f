/** Typical curves of a district that measures nothing, from the curves by class that its folder brings. */
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { fitTypicalCurve, type TypicalCurve } from '#models/load-curve/typical.ts'
import type { ClassCurves } from '#services/config/class-curves.ts'

const HOURS_A_YEAR = 8760

/** Each class by itself, so that its shape and its answer to cold carry over to any other year. */
export function typicalOfClasses({ at, temperatureC, relativeByClass }: ClassCurves, timeZone: string): ReadonlyMap<string, TypicalCurve> {
  const calendar = loadCalendar(at, timeZone)
  return new Map([...relativeByClass].map(([loadClass, relative]) => [loadClass, fitTypicalCurve(loadClass, [{ powerKw: relative, annualEnergyKwh: HOURS_A_YEAR }], calendar, temperatureC)]))
}
