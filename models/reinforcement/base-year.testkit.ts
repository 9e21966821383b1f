/** A small measured year for tests: three buses, a year or less of hours, shapes that can be worked by hand. */
import { loadCalendar } from '#models/load-curve/day-type.ts'
import type { BaseYear, LoadPart } from './base-year.ts'

const HOUR_MS = 3_600_000

export const SAMPLE_BUSES: ReadonlyMap<string, number> = new Map([['A', 0], ['B', 1], ['C', 2]])

export function sampleYear(hours = 8760, from = Date.parse('2025-12-31T23:00:00Z'), timeZone = 'Europe/Paris'): BaseYear {
  const at = Float64Array.from({ length: hours }, (_, hour) => from + hour * HOUR_MS)
  const { month, dayType, minuteOfDay, dayIndex } = loadCalendar(at, timeZone)
  const localHour = Uint8Array.from(minuteOfDay, (minute) => Math.floor(minute / 60))
  const temperatureC = Float64Array.from(at, (_, hour) => 11 - 8 * Math.cos((2 * Math.PI * hour) / 8760) + 3 * Math.sin((2 * Math.PI * (localHour[hour]! - 9)) / 24))
  const cold = temperatureC.map((value) => Math.max(0, 16 - value))
  const part = (bus: number, loadClass: string, levelKw: number, perDegree: number, more: Partial<LoadPart> = {}): LoadPart => {
    const powerKw = cold.map((degrees, hour) => levelKw * (1 + 0.5 * Math.sin((2 * Math.PI * (localHour[hour]! - 13)) / 24)) + perDegree * degrees)
    return { bus, loadClass, powerKw, perDegreeKw: new Float64Array(24).fill(perDegree), tanPhi: 0.3, annualEnergyKwh: powerKw.reduce((sum, kw) => sum + kw, 0), deliveryPoints: 20, measuredShare: 1, ...more }
  }
  const sunKw = Float64Array.from(localHour, (hour) => Math.max(0, Math.sin((Math.PI * (hour - 6)) / 12)))
  const relative = (column: Float64Array) => { const mean = column.reduce((sum, value) => sum + value, 0) / column.length; return column.map((value) => value / mean) }
  const dwelling = part(0, 'dwelling', 40, 0)
  const heated = part(1, 'dwelling-electric-heating', 30, 4)
  const office = part(1, 'office', 60, 0.5)
  const plant: LoadPart = { ...part(2, 'pv', 0, 0), powerKw: sunKw.map((value) => -20 * value), tanPhi: 0, deliveryPoints: 2 }
  const town = part(2, 'boundary-town', 500, 3, { deliveryPoints: 0 })
  const curve = ({ powerKw, perDegreeKw }: LoadPart) => {
    const mean = powerKw.reduce((sum, kw) => sum + kw, 0) / hours
    return { relative: relative(powerKw), perDegree: perDegreeKw.map((kw) => kw / mean), curves: 20 }
  }
  return {
    at, month, localHour, dayType, localDay: Uint16Array.from(dayIndex, (day) => day - dayIndex[0]!), temperatureC, busCount: 3, parts: [dwelling, heated, office, plant, town],
    curveOfClass: new Map([['dwelling', curve(dwelling)], ['dwelling-electric-heating', curve(heated)], ['office', curve(office)], ['pv', { relative: relative(sunKw), perDegree: new Float64Array(24), curves: 2 }]]),
    customersByBus: Float64Array.of(20, 40, 2), measuredHours: hours,
  }
}
