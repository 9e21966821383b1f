import { LEVELS } from './conformal.ts'
import { forecastDays, type PastDays, type SeriesForecast, type SeriesProblem } from './day-ahead.ts'
import { dayMarks } from './day-marks.ts'
import { GROUPS } from './members.ts'
import { netLoad, type NetForecast, type NetPart } from './net-load.ts'
import { effectiveLight, productionBehind, sizeQuantile, type ProductionBehind, type SplitReason } from './production-behind.ts'
import { rollingForecast, type RollingInputs, type RollingOptions } from './rolling.ts'
import { byCell, slotGrid } from './slot-grid.ts'
import { trajectories } from './trajectories.ts'

type Part = Pick<SeriesForecast, 'values' | 'quantiles' | 'contributions' | 'method' | 'reason'>

/** Net load by step from the start of the day of issue; power drawn from the network is positive, production too. */
export interface NetSeriesForecast {
  readonly from: number
  readonly stepS: number
  /** Load less production at every step, exactly. */
  readonly values: Float64Array
  readonly load: Part
  readonly production: Part
  /** [level][step] by LEVELS, rising with the level. */
  readonly quantiles: readonly Float64Array[]
  /** `measured`: from past errors of the difference. `assumed`: no past error is known, both bands are put together by an assumed dependence (trajectories.ts). */
  readonly basis: 'measured' | 'assumed'
  /** [group][step] by GROUPS, together the values; empty where a part cannot tell. */
  readonly contributions: readonly Float64Array[]
  /** The photovoltaics, where they have no meter of their own. */
  readonly behind?: ProductionBehind
}

/**
 * Net load of a node whose load and production have meters of their own, both positive: each is forecast by itself and
 * taken off, with a band of its own (net-load.ts).
 * @throws RangeError when the problems are not of the same steps, issue and horizon
 */
export function forecastNet(load: SeriesProblem, production: SeriesProblem): NetSeriesForecast {
  for (const name of ['timeZone', 'stepS', 'issuedAt', 'horizonDays'] as const) if (load[name] !== production[name]) throw new RangeError(`load and production differ in ${name}`)
  return together(load, forecastDays({ ...load, production: false }), forecastDays({ ...production, production: true }))
}

/**
 * Net load where nothing but the net is metered: the photovoltaics behind it are estimated from the irradiance
 * (production-behind.ts), which must be among the weather, and what is left is forecast as a load. The production is an
 * estimate, its band that of its size alone.
 * @returns the reason where the measured values do not bear such a split
 */
export function forecastNetMetered(net: SeriesProblem): NetSeriesForecast | { readonly reason: SplitReason | 'light-unknown' } {
  const light = net.weather.find(({ kind }) => kind === 'irradiance')
  if (light === undefined) return { reason: 'light-unknown' }
  const split = sizeAtIssue(net, light.values)
  if ('reason' in split) return { reason: split.reason }
  const { behind } = split
  const effective = effectiveLight(light.values, net.weather.find(({ kind }) => kind === 'temperature')?.values)
  const load = forecastDays({ ...net, values: net.values.map((value, i) => value + behind.kwPerWm2 * effective[i]!), production: false, nonNegative: false })
  const grid = slotGrid(net.from, effective.length, net.stepS, net.timeZone)
  const cells = byCell(grid, effective)
  const first = (load.from - net.from) / (net.stepS * 1000)
  const asked = effective.slice(first, first + load.values.length)
  const values = asked.map((value) => behind.kwPerWm2 * value)
  const production: SeriesForecast = {
    ...load, values, spread: asked.map((value) => behind.standardError * value), quantiles: LEVELS.map((level) => asked.map((value) => value * sizeQuantile(behind, level))),
    contributions: load.contributions.map((_, g) => (g === GROUPS.indexOf('weather') ? values : new Float64Array(values.length))),
    past: load.past.map((one) => {
      const at = (one.firstDate - grid.firstDay) * one.perDay
      const own = cells.subarray(at, at + one.values.length)
      const produced = own.map((value) => behind.kwPerWm2 * value)
      // What was produced is what was estimated: the net alone can have an error.
      return { ...one, values: produced, measured: produced, quantiles: LEVELS.map((level) => own.map((value) => value * sizeQuantile(behind, level))), spread: own.map((value) => behind.standardError * value) }
    }),
  }
  return { ...together(net, load, production), behind }
}

/** The field behind a meter by what was known at the issue. */
function sizeAtIssue({ from, stepS, timeZone, values, availableAt, issuedAt, weather, rules }: SeriesProblem, irradiance: Float64Array): { readonly behind: ProductionBehind } | { readonly reason: SplitReason } {
  const known = values.map((value, i) => ((availableAt?.[i] ?? from + (i + 1) * stepS * 1000) <= issuedAt ? value : NaN))
  const grid = slotGrid(from, known.length, stepS, timeZone)
  const temperature = weather.find(({ kind }) => kind === 'temperature')
  const cells = (column: Float64Array) => byCell(grid, column.subarray(0, known.length))
  const behind = productionBehind({
    grid, marks: dayMarks(grid.firstDay, grid.days, rules), netKw: cells(known), irradianceWm2: cells(irradiance), ...(temperature === undefined ? {} : { temperatureC: cells(temperature.values) }),
  })
  return 'reason' in behind ? behind : { behind }
}

/**
 * Net load of the days `[fromDay, toDay)` from separately metered load and production, each day as it would have been
 * issued: the rolling forecast of both (rolling.ts) and the band of what they leave. By cell of the days asked for.
 */
export function rollingNet(load: RollingInputs, production: RollingInputs, fromDay: number, toDay: number, options?: RollingOptions): NetForecast {
  const { grid, leadDays, originMinute } = load
  const parts = [load, production].map((inputs): { part: NetPart; firstDay: number } => {
    const rolled = rollingForecast(inputs, fromDay, toDay, options)
    const firstDay = rolled.warmUp.fromDay
    const part = { values: joined(rolled.warmUp.values, rolled.values), spread: joined(rolled.warmUp.spread, rolled.spread), measured: inputs.values.subarray(firstDay * grid.perDay, toDay * grid.perDay) }
    return { part, firstDay }
  })
  const { firstDay } = parts[0]!
  const cells = (column: Float64Array) => column.subarray(firstDay * grid.perDay, toDay * grid.perDay)
  const net = netLoad({
    perDay: grid.perDay, load: parts[0]!.part, production: parts[1]!.part,
    measured: cells(load.values.map((value, cell) => value - production.values[cell]!)), availableAt: cells(load.availableAt.map((at, cell) => Math.max(at, production.availableAt[cell]!))),
    issuedAt: Float64Array.from({ length: toDay - firstDay }, (_, day) => grid.dayStart[Math.max(0, firstDay + day - leadDays)]! + originMinute * 60_000),
  })
  const asked = (column: Float64Array) => column.subarray((fromDay - firstDay) * grid.perDay)
  return { values: asked(net.values), load: asked(net.load), production: asked(net.production), quantiles: net.quantiles.map(asked), spread: asked(net.spread) }
}

function together({ timeZone, horizonDays }: SeriesProblem, load: SeriesForecast, production: SeriesForecast): NetSeriesForecast {
  const { from, stepS } = load
  const values = load.values.map((value, i) => value - production.values[i]!)
  const grid = slotGrid(from, values.length, stepS, timeZone)
  const cellsOf = (column: Float64Array) => byCell(grid, column)
  const own = (one: SeriesForecast): Own => ({ past: one.past, sizeKw: sizeInKw(one), values: cellsOf(one.values), spread: cellsOf(one.spread) })
  const quantiles = LEVELS.map(() => new Float64Array(grid.days * grid.perDay).fill(NaN))
  for (let ahead = 0; ahead < horizonDays; ahead += 1) {
    const column = bandOfDay(own(load), own(production), ahead, grid.perDay)
    for (const [k, band] of column.entries()) quantiles[k]!.set(band, ahead * grid.perDay)
  }
  const bySteps = quantiles.map((column) => Float64Array.from(grid.cellOf, (cell) => column[cell]!))
  const isKnown = bySteps.every((column) => column.every((value) => !Number.isNaN(value)))
  const partOf = ({ values: of, quantiles: band, contributions, method, reason }: SeriesForecast): Part => ({ values: of, quantiles: band, contributions, method, reason })
  return {
    from, stepS, values, load: partOf(load), production: partOf(production), basis: isKnown ? 'measured' : 'assumed',
    quantiles: isKnown ? bySteps : assumedQuantiles(load, production, stepS),
    contributions: load.contributions.length === 0 || production.contributions.length === 0 ? [] : differences(values, load.contributions, production.contributions),
  }
}

/** A part by cell of the days asked for; a rung without expected sizes of its errors has one for all. */
interface Own extends Pick<SeriesForecast, 'values' | 'spread' | 'past'> {
  readonly sizeKw: number
}
const sizeInKw = ({ past, lately }: SeriesForecast): number => (past.every(({ quantiles }) => quantiles.length === 0) ? lately.mae : 1)

/** Quantiles of the net of a day, from the days before as they would have been forecast, both parts as far ahead; none without such days. */
function bandOfDay(load: Own, production: Own, ahead: number, perDay: number): readonly Float64Array[] {
  const [l, p] = [load, production].map(({ past }) => past.find(({ daysAhead }) => daysAhead.includes(ahead)))
  if (l === undefined || p === undefined) return []
  const firstDate = Math.max(l.firstDate, p.firstDate)
  const days = Math.min(...[l, p].map((one) => one.firstDate + one.values.length / perDay)) - firstDate
  if (days <= 0) return []
  const before = (past: PastDays, column: Float64Array) => column.subarray((firstDate - past.firstDate) * perDay, (firstDate - past.firstDate + days) * perDay)
  const unknown = new Float64Array(perDay).fill(NaN)
  const part = (own: Own, past: PastDays): NetPart => ({
    values: joined(before(past, past.values), own.values.subarray(ahead * perDay, (ahead + 1) * perDay)),
    spread: joined(before(past, past.spread), own.spread.subarray(ahead * perDay, (ahead + 1) * perDay)).map((size) => own.sizeKw * size), measured: joined(before(past, past.measured), unknown),
  })
  const [ofLoad, ofProduction] = [part(load, l), part(production, p)]
  // All of it had arrived by the issue.
  const net = netLoad({
    perDay, load: ofLoad, production: ofProduction, measured: ofLoad.measured!.map((value, i) => value - ofProduction.measured![i]!), availableAt: new Float64Array((days + 1) * perDay), issuedAt: new Float64Array(days + 1),
  })
  return net.quantiles.map((column) => column.subarray(days * perDay))
}

/** Parts of the net by what they speak of; what was clipped is in the recent days, so that all together are the net. */
function differences(values: Float64Array, load: readonly Float64Array[], production: readonly Float64Array[]): Float64Array[] {
  const recent = GROUPS.indexOf('recent')
  const parts = GROUPS.map((_, g) => load[g]!.map((value, i) => value - production[g]![i]!))
  for (let i = 0; i < values.length; i += 1) parts[recent]![i] = parts.reduce((rest, part, g) => (g === recent ? rest : rest - part[i]!), values[i]!)
  return parts
}

function assumedQuantiles(load: Pick<SeriesForecast, 'quantiles'>, production: Pick<SeriesForecast, 'quantiles'>, stepS: number): Float64Array[] {
  const { values, scenarios, steps } = trajectories([{ quantiles: load.quantiles, nonNegative: false }, { quantiles: production.quantiles, nonNegative: true }], { issues: 0, shares: new Float32Array(0) }, { stepS })
  const quantiles = LEVELS.map(() => new Float64Array(steps))
  for (let step = 0; step < steps; step += 1) {
    const net = Float64Array.from({ length: scenarios }, (_, k) => values[2 * k * steps + step]! - values[(2 * k + 1) * steps + step]!).sort()
    for (const [k, level] of LEVELS.entries()) quantiles[k]![step] = net[Math.min(scenarios - 1, Math.floor(level * scenarios))]!
  }
  return quantiles
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
