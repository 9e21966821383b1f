import type { FeatureGroup, FeatureInputs, FeatureRows } from './features.ts'
import type { MemberOptions } from './members.ts'
import { createNight } from './night.ts'
import { DEVIATIONS, pastDeviations } from './past-deviations.ts'
import { sunTerms } from './sun-terms.ts'
import { createYields } from './yields.ts'

const SEASON = ['year-sin', 'year-cos', 'half-year-sin', 'half-year-cos', 'slot']
/** Of the days before only their means: which hour of yesterday was cloudier than told says nothing of today's. */
const RECENT = ['day-1', 'days-week'].map((name) => DEVIATIONS.indexOf(name))

/** Features of a production that are known without any measured value of late: season, sun and weather of every cell of the grid. */
export function productionPlainRows({ grid, marks, weather, site }: FeatureInputs): FeatureRows {
  const { names: terms, columns, ofDate } = sunTerms(weather, grid, site)
  const names = [...SEASON, ...terms]
  const width = names.length
  const cells = grid.days * grid.perDay
  const features = new Float32Array(cells * width)
  for (let cell = 0; cell < cells; cell += 1) {
    const angle = 2 * Math.PI * marks.yearShare[Math.floor(cell / grid.perDay)]!
    const at = cell * width
    features[at] = Math.sin(angle)
    features[at + 1] = Math.cos(angle)
    features[at + 2] = Math.sin(2 * angle)
    features[at + 3] = Math.cos(2 * angle)
    features[at + 4] = cell % grid.perDay
    for (let k = 0; k < columns.length; k += 1) features[at + SEASON.length + k] = columns[k]![cell]!
  }
  return { names, groups: names.map((_, k): FeatureGroup => (k < SEASON.length + ofDate ? 'calendar' : 'weather')), features, habit: new Float64Array(cells), habitGroup: 'weather' }
}

/**
 * Features of every cell of a production, each row as it would have been made at its own origin: season, sun and weather,
 * what the light yields by the measured days before (the habit, from which the forecasters learn the deviation), and how
 * the days before deviated from it. No weekday counts, and what the hours of the days before were like counts for nothing
 * either: both were measured to be noise. Cells at which nothing can be produced have no row; they are told as `dark`.
 */
export function productionRows(inputs: FeatureInputs, plain: FeatureRows): FeatureRows {
  const { grid, marks, values, availableAt, originMinute, leadDays, weather, site } = inputs
  const { perDay, days } = grid
  const plainWidth = plain.names.length
  const names = [...plain.names, 'habit', ...RECENT.map((k) => `habit-${DEVIATIONS[k]!}`)]
  const width = names.length
  const features = new Float32Array(days * perDay * width)
  const habit = new Float64Array(days * perDay).fill(NaN)
  const dark = new Uint8Array(days * perDay)
  let origin = 0
  const known = (day: number, slot: number): number => {
    if (day < 0) return NaN
    const cell = day * perDay + slot
    return availableAt[cell]! <= origin ? values[cell]! : NaN
  }
  const { light } = sunTerms(weather, grid, site)
  const yields = createYields(grid, [{ kind: 'irradiance', values: light, knots: [] }], known)
  const night = createNight(grid, site, known)
  const fromHabit = pastDeviations(grid, marks, leadDays, originMinute, { known, expectedAt: yields.expectedAt })
  const recent = new Float32Array(DEVIATIONS.length)
  for (let day = leadDays + 1; day < days; day += 1) {
    const originDay = day - leadDays
    origin = grid.dayStart[originDay]! + originMinute * 60_000
    yields.learn(originDay)
    night.look(originDay)
    fromHabit.look(day, originDay)
    for (let slot = 0; slot < perDay; slot += 1) {
      const cell = day * perDay + slot
      if (night.isDark(day, slot)) {
        dark[cell] = 1
        continue
      }
      const own = yields.expectedAt(day, slot)
      if (Number.isNaN(own)) continue
      habit[cell] = own
      const at = cell * width
      for (let k = 0; k < plainWidth; k += 1) features[at + k] = plain.features[cell * plainWidth + k]!
      features[at + plainWidth] = own
      fromHabit.put(recent, 0, slot)
      for (const [k, which] of RECENT.entries()) features[at + plainWidth + 1 + k] = recent[which]!
    }
  }
  return { names, groups: names.map((name, k) => plain.groups[k] ?? (name === 'habit' ? 'weather' : 'recent')), features, habit, habitGroup: 'weather', dark }
}

/**
 * Members for a production: what the sun gives changes less from year to year than a load, so more of the past counts
 * and less is held back; its errors are clouds that were told wrongly, so the larger half of them counts as no larger
 * than the rest; and trees that know no ridge are left out.
 */
export function productionMembers(options: MemberOptions): MemberOptions {
  const names = options.names.filter((name) => name === 'ridge' || name === 'ridge-trees')
  return {
    ...options, names: names.length === 0 ? options.names : names, penalty: 0.3 * options.penalty, halfLifeDays: 2 * options.halfLifeDays,
    trees: { ...options.trees, huberQuantile: 0.5 },
  }
}

/** Days after which every season has been seen. */
const WHOLE_YEAR_DAYS = 365

/**
 * The most that a production gives, by what was known of the days before `toDay`: the highest value of at least a whole
 * year (an inverter is smaller than its field, and none gives more than it ever did); Infinity while no year is known.
 */
export function highestKnown(known: Float64Array, perDay: number, toDay: number): number {
  const first = known.findIndex((value) => !Number.isNaN(value))
  if (first < 0 || toDay - Math.floor(first / perDay) < WHOLE_YEAR_DAYS) return Infinity
  return known.subarray(0, toDay * perDay).reduce((most, value) => (value > most ? value : most), 0)
}
