/**
 * Net load of a district with a photovoltaic field (Stentaway's demand less its field), on windows before those of the
 * comparison: forecast directly, as load less production of two meters, and as load less production where nothing but the
 * net is metered and the field is estimated.
 *   node infra/bench/forecast/net-load.ts [--back 56,168,280] [--refit 56]
 */
import { netLoad } from '#models/forecast/net-load.ts'
import { rollingNet } from '#models/forecast/net-forecast.ts'
import { estimatedProductionKw, productionBehind } from '#models/forecast/production-behind.ts'
import { rollingForecast, ROLLING_OPTIONS, type RollingForecast, type RollingInputs } from '#models/forecast/rolling.ts'
import { scores, type Scores } from '#models/forecast/scores.ts'
import { measuredSeries } from './measured-series.ts'
import { rollingInputs } from './protocol.ts'

const argument = (name: string, otherwise: string): string => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1]! : otherwise)
const backs = argument('back', '56,168,280').split(',').map(Number)
const options = { ...ROLLING_OPTIONS, refitDays: Number(argument('refit', '56')) }
const all: Record<string, Scores[]> = { direct: [], 'two meters': [], 'one meter, split': [] }

for (const back of backs) {
  const load = rollingInputs(measuredSeries('wpd'), { back, days: 56 })
  const { fromDay, toDay } = load
  const { inputs } = load
  const production = rollingInputs(measuredSeries('wpd_pv'), { back, days: 56 }).inputs
  const { perDay } = inputs.grid
  const values = inputs.values.map((value, cell) => value - production.values[cell]!)
  const availableAt = inputs.availableAt.map((at, cell) => Math.max(at, production.availableAt[cell]!))
  const net: RollingInputs = { ...inputs, values, availableAt, nonNegative: false }
  const measured = values.subarray(fromDay * perDay, toDay * perDay)
  const told = (name: string, forecast: Pick<RollingForecast, 'values' | 'quantiles'>, more = '') => {
    const own = scores(forecast.values, forecast.quantiles, measured, perDay)
    all[name]!.push(own)
    process.stdout.write(`${String(back).padStart(4)} days before  ${name.padEnd(16)}  MAE ${own.mae.toFixed(4)} MW  RMSE ${own.rmse.toFixed(4)}  pinball ${own.pinballPct.toFixed(3)} %  cover ${own.cover90Pct.toFixed(1)} %${more}\n`)
  }
  told('direct', rollingForecast(net, fromDay, toDay, options))
  told('two meters', rollingNet({ ...inputs, availableAt }, { ...production, availableAt }, fromDay, toDay, options))

  // The field is estimated from what was known before the first day that is forecast, the warm-up included.
  const irradiance = inputs.weather.find(({ kind }) => kind === 'irradiance')!.values
  const temperatureC = inputs.weather.find(({ kind }) => kind === 'temperature')!.values
  const firstDay = fromDay - options.warmUpDays
  const behind = productionBehind({ grid: inputs.grid, marks: inputs.marks, netKw: values.map((value, cell) => (cell < firstDay * perDay ? value : NaN)), irradianceWm2: irradiance, temperatureC })
  if ('reason' in behind) {
    process.stdout.write(`${String(back).padStart(4)} days before  one meter: ${behind.reason}\n`)
    continue
  }
  const estimated = estimatedProductionKw(behind, irradiance, temperatureC)
  const rolled = rollingForecast({ ...net, values: values.map((value, cell) => value + estimated[cell]!) }, fromDay, toDay, options)
  const cells = (column: Float64Array) => column.subarray(firstDay * perDay, toDay * perDay)
  const asked = (column: Float64Array) => column.subarray((fromDay - firstDay) * perDay)
  const split = netLoad({
    perDay, measured: cells(values), availableAt: cells(availableAt), issuedAt: inputs.grid.dayStart.subarray(firstDay, toDay),
    load: { values: Float64Array.of(...rolled.warmUp.values, ...rolled.values), spread: Float64Array.of(...rolled.warmUp.spread, ...rolled.spread) },
    production: { values: cells(estimated), spread: cells(irradiance).map((light) => behind.standardError * Math.max(0, light)) },
  })
  told('one meter, split', { values: asked(split.values), quantiles: split.quantiles.map(asked) }, `  (field ${(1000 * behind.kwPerWm2).toFixed(2)} MW in full sun, ${(1000 * behind.lowest).toFixed(2)} to ${(1000 * behind.highest).toFixed(2)})`)
}
for (const [name, own] of Object.entries(all)) process.stdout.write(`${name.padEnd(16)}  MAE of direct ${mean(own.map(({ mae }, w) => Math.log(mae / all.direct![w]!.mae))).toFixed(3)}, pinball ${mean(own.map(({ pinballPct }, w) => Math.log(pinballPct / all.direct![w]!.pinballPct))).toFixed(3)} (geometric means), cover ${(own.reduce((sum, { cover90Pct }) => sum + cover90Pct, 0) / own.length).toFixed(1)} %\n`)

function mean(logarithms: readonly number[]): number {
  return Math.exp(logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length)
}
