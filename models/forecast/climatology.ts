import type { SlotGrid } from './slot-grid.ts'

/**
 * What the weather usually is on a day of the year at an hour of the local day. For irradiance give the clearness (see
 * clearness.ts), not W/m2: the course of the sun is known and need not be learned.
 */
export interface Climatology {
  /**
   * `years`: from the days about this date in the years before. `harmonic`: less than a year is known, so that a wave
   * through the year and the shape of the day stand in; beyond the months measured it is a guess. `none`: nothing is known.
   */
  readonly basis: 'years' | 'harmonic' | 'none'
  /** Days of which something is known, in years of 365.25 days. */
  readonly years: number
  readonly perDay: number
  /** [day of the year][slot], 366 days: 29 February has its own row. NaN where nothing is known. */
  readonly mean: Float64Array
  readonly levels: readonly number[]
  /** [level][day of the year x slot], rising with the level. */
  readonly quantiles: readonly Float64Array[]
}

export interface ClimatologyOptions {
  /** Days before and after the date that speak for it. */
  readonly windowDays: number
  readonly levels: readonly number[]
}
export const CLIMATOLOGY_OPTIONS: ClimatologyOptions = { windowDays: 15, levels: [0.05, 0.25, 0.5, 0.75, 0.95] }

export const YEAR_DAYS = 366
const DAY_MS = 86_400_000
/** A year counts as known when values of so many of its 366 dates are there. */
const FEWEST_DAYS_OF_YEAR = 350
/** The wave through the year is shrunk as if so many days had shown none: a few winter weeks say little of the summer. */
const SHRINKING_DAYS = 10
const BACKFITTING_ROUNDS = 5

/** Row of a local date (days since 1970-01-01): 0 is 1 January, 59 is 29 February, 60 always 1 March. */
export function dayOfYear(dayIndex: number): number {
  const date = new Date(dayIndex * DAY_MS)
  return (Date.UTC(2000, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(2000, 0, 1)) / DAY_MS
}

/** Climatology of values by cell of the grid; give only what was known at the origin. */
export function climatologyOf(grid: SlotGrid, cells: Float64Array, options: ClimatologyOptions = CLIMATOLOGY_OPTIONS): Climatology {
  const { perDay, days, firstDay } = grid
  const known = new Uint8Array(YEAR_DAYS)
  let knownDays = 0
  for (let day = 0; day < days; day += 1) {
    if (!cells.subarray(day * perDay, (day + 1) * perDay).some((value) => !Number.isNaN(value))) continue
    knownDays += 1
    known[dayOfYear(firstDay + day)] = 1
  }
  const years = knownDays / 365.25
  const empty = () => new Float64Array(YEAR_DAYS * perDay).fill(NaN)
  const shared = { years, perDay, levels: options.levels }
  if (knownDays === 0) return { ...shared, basis: 'none', mean: empty(), quantiles: options.levels.map(empty) }
  const whole = known.reduce((sum, one) => sum + one, 0) >= FEWEST_DAYS_OF_YEAR
  return { ...shared, ...(whole ? fromYears(grid, cells, options) : fromWave(grid, cells, options)), basis: whole ? 'years' : 'harmonic' }
}

/** Usual value of each cell of a grid with the same slots; NaN where nothing is known. */
export function usualValues(climatology: Climatology, grid: SlotGrid): Float64Array {
  return byDate(grid, climatology.mean)
}

/** Values of a table [day of the year][slot] for each cell of the grid. */
export function byDate(grid: SlotGrid, table: Float64Array): Float64Array {
  const { perDay, days, firstDay } = grid
  const out = new Float64Array(days * perDay)
  for (let day = 0; day < days; day += 1) {
    const row = dayOfYear(firstDay + day) * perDay
    out.set(table.subarray(row, row + perDay), day * perDay)
  }
  return out
}

function fromYears({ perDay, days, firstDay }: SlotGrid, cells: Float64Array, { windowDays, levels }: ClimatologyOptions) {
  const daysOf: number[][] = Array.from({ length: YEAR_DAYS }, () => [])
  for (let day = 0; day < days; day += 1) daysOf[dayOfYear(firstDay + day)]!.push(day)
  const mean = new Float64Array(YEAR_DAYS * perDay).fill(NaN)
  const quantiles = levels.map(() => new Float64Array(YEAR_DAYS * perDay).fill(NaN))
  const window = new Float64Array(days)
  for (let row = 0; row < YEAR_DAYS; row += 1) {
    const about: number[] = []
    for (let offset = -windowDays; offset <= windowDays; offset += 1) about.push(...daysOf[(row + offset + YEAR_DAYS) % YEAR_DAYS]!)
    for (let slot = 0; slot < perDay; slot += 1) {
      let count = 0
      let sum = 0
      for (const day of about) {
        const value = cells[day * perDay + slot]!
        if (Number.isNaN(value)) continue
        window[count++] = value
        sum += value
      }
      if (count === 0) continue
      mean[row * perDay + slot] = sum / count
      const sorted = window.subarray(0, count).sort()
      for (const [l, level] of levels.entries()) quantiles[l]![row * perDay + slot] = sortedQuantile(sorted, level)
    }
  }
  return { mean, quantiles }
}

/** Mean of the day as a wave through the year, slots as their mean deviation from it, quantiles from what is left over. */
function fromWave({ perDay, days, firstDay }: SlotGrid, cells: Float64Array, { levels }: ClimatologyOptions) {
  // Levels of the days and shape of the day in turns, so that a day known in part is no warmer or colder for it.
  const level = new Float64Array(days)
  const shape = new Float64Array(perDay)
  const seen = new Float64Array(perDay)
  for (let round = 0; round < BACKFITTING_ROUNDS; round += 1) {
    for (let day = 0; day < days; day += 1) level[day] = meanOver(perDay, (slot) => cells[day * perDay + slot]! - shape[slot]!)
    for (let slot = 0; slot < perDay; slot += 1) shape[slot] = meanOver(days, (day) => cells[day * perDay + slot]! - level[day]!)
    // A slot that was never seen must not spoil the days.
    for (let slot = 0; slot < perDay; slot += 1) seen[slot] = Number.isNaN(shape[slot]!) ? 0 : 1
    const centre = meanOver(perDay, (slot) => shape[slot]!)
    for (let slot = 0; slot < perDay; slot += 1) shape[slot] = seen[slot] === 0 ? 0 : shape[slot]! - centre
  }
  for (let slot = 0; slot < perDay; slot += 1) if (seen[slot] === 0) shape[slot] = NaN
  const waveOf = (row: number) => [Math.cos((2 * Math.PI * row) / YEAR_DAYS), Math.sin((2 * Math.PI * row) / YEAR_DAYS)] as const
  const rows = [...level.keys()].filter((day) => !Number.isNaN(level[day]!)).map((day) => ({ level: level[day]!, wave: waveOf(dayOfYear(firstDay + day)) }))
  const middle = rows.reduce((sum, one) => sum + one.level, 0) / rows.length
  const centre = [0, 1].map((k) => rows.reduce((sum, { wave }) => sum + wave[k]!, 0) / rows.length)
  let [cc, cs, ss, cy, sy] = [SHRINKING_DAYS, 0, SHRINKING_DAYS, 0, 0]
  for (const { level: own, wave } of rows) {
    const [c, s] = [wave[0] - centre[0]!, wave[1] - centre[1]!]
    cc += c * c
    cs += c * s
    ss += s * s
    cy += c * (own - middle)
    sy += s * (own - middle)
  }
  const determinant = cc * ss - cs * cs
  const cosine = (ss * cy - cs * sy) / determinant
  const sine = (cc * sy - cs * cy) / determinant

  const mean = new Float64Array(YEAR_DAYS * perDay)
  for (let row = 0; row < YEAR_DAYS; row += 1) {
    const [c, s] = waveOf(row)
    for (let slot = 0; slot < perDay; slot += 1) mean[row * perDay + slot] = middle + cosine * (c - centre[0]!) + sine * (s - centre[1]!) + shape[slot]!
  }
  const left = Array.from({ length: perDay }, (_, slot) => {
    const errors: number[] = []
    for (let day = 0; day < days; day += 1) {
      const error = cells[day * perDay + slot]! - mean[dayOfYear(firstDay + day) * perDay + slot]!
      if (!Number.isNaN(error)) errors.push(error)
    }
    return Float64Array.from(errors).sort()
  })
  const quantiles = levels.map((one) => mean.map((value, i) => value + sortedQuantile(left[i % perDay]!, one)))
  return { mean, quantiles }
}

/** Mean of what is known of `count` values; NaN of none. */
function meanOver(count: number, value: (i: number) => number): number {
  let [sum, known] = [0, 0]
  for (let i = 0; i < count; i += 1) {
    const own = value(i)
    if (Number.isNaN(own)) continue
    sum += own
    known += 1
  }
  return known === 0 ? NaN : sum / known
}

/** Linear between the ordered values, the median of three the second; NaN of none. */
function sortedQuantile(sorted: Float64Array, level: number): number {
  if (sorted.length === 0) return NaN
  const at = level * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}
