/** The year that futures are made from, out of what is kept of it. Arithmetic in a fixed order: the same frozen year gives the same bits. */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { DailyTemperatures } from '#models/forecast/cold-day.ts'
import type { GridModel } from '#models/grid/network.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import type { BaseYear, LoadPart } from './base-year.ts'
import { type FrozenCell, type FrozenYear, isScaled } from './frozen-year.ts'
import { transformerOfBuses } from './transformer-of-bus.ts'

const HOUR_MS = 3_600_000

/** @throws PenfeldError PF_STUDY_NODE where the grid has not a bus that the frozen year names */
export function baseYearOf(frozen: FrozenYear, grid: GridModel): BaseYear {
  const { hours, from } = frozen
  const at = Float64Array.from({ length: hours }, (_, hour) => from + hour * HOUR_MS)
  const { month, minuteOfDay, dayType, dayIndex } = loadCalendar(at, frozen.timeZone)
  const cellOf = new Map(frozen.cells.map((cell) => [cell.id, cell]))
  const parts = frozen.buses.map(({ bus: name, cell: id, share, loadClass, tanPhi, annualEnergyKwh, deliveryPoints }): LoadPart => {
    const bus = grid.busIndex.get(name)
    const cell = cellOf.get(id)
    if (bus === undefined || cell === undefined) throw new PenfeldError('PF_STUDY_NODE', `The measured year has load at "${name}" that the network has not.`, { where: id })
    return {
      bus, loadClass, tanPhi, annualEnergyKwh, deliveryPoints, measuredShare: cell.measuredShare,
      powerKw: Float64Array.from(cell.powerKw, (kw) => share * kw), perDegreeKw: Float64Array.from(cell.perDegreeKw, (kw) => share * kw),
    }
  })
  scaleToSums(frozen, grid, parts, cellOf)
  const customersByBus = new Float64Array(grid.busCount)
  for (const { bus, deliveryPoints } of parts) customersByBus[bus]! += deliveryPoints
  return {
    at, month, dayType, localHour: Uint8Array.from(minuteOfDay, (minute) => Math.floor(minute / 60)), localDay: Uint16Array.from(dayIndex, (day) => day - dayIndex[0]!),
    temperatureC: Float64Array.from(frozen.temperatureC), busCount: grid.busCount, parts, customersByBus, measuredHours: frozen.measuredHours,
    curveOfClass: new Map(frozen.curves.map(({ loadClass, curves, relative, perDegree }) => [loadClass, { curves, relative: Float64Array.from(relative), perDegree: Float64Array.from(perDegree) }])),
  }
}

/** What protected holders draw below transformers is set hour by hour so that it sums to what is kept of them; production and public loads stay. */
function scaleToSums({ sums, buses, hours }: FrozenYear, grid: GridModel, parts: readonly LoadPart[], cellOf: ReadonlyMap<string, FrozenCell>): void {
  const transformerOf = transformerOfBuses(grid)
  for (const { cell, transformers } of sums) {
    const names = new Set(transformers)
    const below = parts.filter(({ bus }, i) => isScaled(cellOf.get(buses[i]!.cell)!) && names.has(grid.transformerIds[transformerOf[bus]!] ?? grid.busIds[bus]!))
    const { powerKw } = cellOf.get(cell)!
    const energy = below.reduce((sum, { annualEnergyKwh }) => sum + annualEnergyKwh, 0)
    for (let hour = 0; hour < hours; hour += 1) {
      const drawn = below.reduce((sum, part) => sum + part.powerKw[hour]!, 0)
      for (const part of below) part.powerKw[hour] = drawn > 0 ? (part.powerKw[hour]! * powerKw[hour]!) / drawn : energy > 0 ? (powerKw[hour]! * part.annualEnergyKwh) / energy : 0
    }
  }
}

/** Daily temperatures of all that was stored when the year was frozen, for `weatherYear`. */
export const storedWinters = ({ temperatureHistory }: FrozenYear): DailyTemperatures | undefined =>
  (temperatureHistory === undefined ? undefined : { firstDay: temperatureHistory.firstDay, temperatureC: Float64Array.from(temperatureHistory.temperatureC) })
