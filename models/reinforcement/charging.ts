/** Charging of electric vehicles by hour: drawn like measured chargers, or by rule; and what a timer moves into the night. */
import type { StudyScenario } from '#models/district/schema-study.ts'
import { DAY_TYPE, DAY_TYPES } from '#models/load-curve/day-type.ts'
import type { BaseYear } from './base-year.ts'
import { EV_CLASS } from './load-classes.ts'

type Vehicles = NonNullable<StudyScenario['electricVehicles']>
type Places = Vehicles['places']

const HOURS_A_YEAR = 8760
const PLACES = ['home', 'work', 'public'] as const
/** Where measured charging is asked for and there is none: planning values at medium voltage of dena and BNetzA, as in eDisGo (home and work 0.2, public 1). */
const USUAL_SIMULTANEITY: Places = { home: 0.2, work: 0.2, public: 1 }
/** Hour in which most charge and how many hours around it any do. Assumed: after work, at arrival, in the afternoon. */
const HABIT: Readonly<Record<keyof Places, { readonly hour: number; readonly spanH: number; readonly weekend: number }>> = {
  home: { hour: 19, spanH: 10, weekend: 0.9 }, work: { hour: 9, spanH: 8, weekend: 0.1 }, public: { hour: 14, spanH: 11, weekend: 1 },
}
/** Least presence: a shape is never quite zero, so that any energy can be drawn in it. */
const LEAST = 0.01
const LARGEST_EXPONENT = 40
/** Hours of the local day to which a timer moves. */
const NIGHT_FROM = 22
const NIGHT_TO = 6

/**
 * kW by hour of `count` vehicles. `otherKw`: load of the district without them, to which a timer looks for the hours of least load;
 * it moves `smartShare` of what is charged at home between one noon and the next and keeps the energy.
 */
export function chargingKw(base: BaseYear, vehicles: Vehicles, count: number, otherKw: Float64Array): Float64Array {
  const hours = base.at.length
  const meanKw = (count * vehicles.annualEnergyKwh) / HOURS_A_YEAR
  const measured = base.curveOfClass.get(EV_CLASS)
  const isMeasured = vehicles.simultaneity === 'measured' && measured !== undefined && measured.curves > 0
  const simultaneity = vehicles.simultaneity === 'measured' ? USUAL_SIMULTANEITY : vehicles.simultaneity
  const total = new Float64Array(hours)
  let homeKw: Float64Array = new Float64Array(hours)
  for (const place of PLACES) {
    const placeKw = meanKw * vehicles.places[place]
    if (placeKw === 0) continue
    const chargersKw = count * vehicles.places[place] * vehicles.chargerKw
    const kw = isMeasured ? measured.relative.map((relative) => relative * placeKw) : byRule(base, place, placeKw, simultaneity[place] * chargersKw)
    for (let hour = 0; hour < hours; hour += 1) total[hour]! += kw[hour]!
    if (place === 'home') homeKw = kw
  }
  if (vehicles.smartShare > 0 && vehicles.places.home > 0) moveIntoNight(base, total, homeKw, otherKw, vehicles.smartShare, count * vehicles.places.home * vehicles.smartShare * vehicles.chargerKw)
  return total
}

/**
 * Habit of the place, sharpened or flattened by an exponent until its largest hour is `peakKw` at a mean of `meanKw`. Where the two
 * contradict each other (a peak below the mean), the energy wins.
 */
function byRule(base: BaseYear, place: keyof Places, meanKw: number, peakKw: number): Float64Array {
  const { hour: middle, spanH, weekend } = HABIT[place]
  const habit = Float64Array.from({ length: DAY_TYPES * 24 }, (_, cell) => {
    const apart = Math.abs((cell % 24) - middle)
    const day = Math.floor(cell / 24) === DAY_TYPE.working ? 1 : weekend
    return Math.max(LEAST, day * (1 - Math.min(apart, 24 - apart) / spanH))
  })
  const weight = new Float64Array(habit.length)
  for (let hour = 0; hour < base.at.length; hour += 1) weight[cellOf(base, hour)]! += 1 / base.at.length
  const meanOf = (exponent: number) => habit.reduce((sum, value, cell) => sum + weight[cell]! * value ** exponent, 0)
  let [low, high] = [0, LARGEST_EXPONENT]
  for (let round = 0; round < 50; round += 1) {
    const middleExponent = (low + high) / 2
    if (meanOf(middleExponent) * peakKw > meanKw) low = middleExponent
    else high = middleExponent
  }
  const scaleKw = meanKw / meanOf(high)
  const byCell = habit.map((value) => scaleKw * value ** high)
  return Float64Array.from({ length: base.at.length }, (_, hour) => byCell[cellOf(base, hour)]!)
}

const cellOf = ({ dayType, localHour }: BaseYear, hour: number): number => dayType[hour]! * 24 + localHour[hour]!

/** Takes the share out of every hour from noon to noon and fills the valley of the night with it, no hour above `mostKw` where that is enough. */
function moveIntoNight({ localDay, localHour }: BaseYear, totalKw: Float64Array, homeKw: Float64Array, otherKw: Float64Array, share: number, mostKw: number): void {
  const hours = totalKw.length
  const nightOf = (hour: number) => localDay[hour]! - (localHour[hour]! < 12 ? 1 : 0)
  for (let first = 0, end = 0; first < hours; first = end) {
    for (end = first; end < hours && nightOf(end) === nightOf(first); ) end += 1
    const night: number[] = []
    for (let hour = first; hour < end; hour += 1) if (localHour[hour]! >= NIGHT_FROM || localHour[hour]! < NIGHT_TO) night.push(hour)
    if (night.length === 0) continue
    let movedKwh = 0
    for (let hour = first; hour < end; hour += 1) {
      movedKwh += share * homeKw[hour]!
      totalKw[hour]! -= share * homeKw[hour]!
    }
    const filled = fillValley(night.map((hour) => otherKw[hour]! + totalKw[hour]!), movedKwh, Math.max(mostKw, movedKwh / night.length))
    night.forEach((hour, i) => { totalKw[hour]! += filled[i]! })
  }
}

/** Spreads an energy over hours so that the lowest rise to one level, each by `mostKw` at most; sums to `energyKwh`. */
export function fillValley(loadKw: readonly number[], energyKwh: number, mostKw: number): Float64Array {
  const filled = new Float64Array(loadKw.length)
  if (energyKwh <= 0) return filled
  let [low, high] = [Math.min(...loadKw), Math.max(...loadKw) + mostKw]
  const at = (level: number) => loadKw.map((kw) => Math.min(mostKw, Math.max(0, level - kw)))
  for (let round = 0; round < 40; round += 1) {
    const level = (low + high) / 2
    if (at(level).reduce((sum, kw) => sum + kw, 0) < energyKwh) low = level
    else high = level
  }
  const found = at(high)
  const sum = found.reduce((total, kw) => total + kw, 0)
  return filled.map((_, i) => (found[i]! * energyKwh) / sum)
}
