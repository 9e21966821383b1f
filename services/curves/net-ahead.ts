import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { forecastNet, forecastNetMetered, type NetSeriesForecast } from '#models/forecast/net-forecast.ts'
import { curveProblem, type CurveForecast } from './days-ahead.ts'
import { endOf, type LoadedCurve } from './load-curve.ts'

/** A net load from its issue on, with its parts; the net is load less production at every step. */
export interface NetCurveForecast extends Pick<NetSeriesForecast, 'from' | 'stepS' | 'values' | 'quantiles' | 'basis' | 'behind'> {
  readonly issuedAt: number
  readonly load: NetSeriesForecast['load']
  readonly production: NetSeriesForecast['production']
  readonly usualWeather: CurveForecast['usualWeather']
}

interface Asked {
  readonly horizonDays: number
  readonly delayS: number
}

/** Net of a load and a production with meters of their own. A production that is told as negative is turned round. */
export function forecastNetOf(load: LoadedCurve, production: LoadedCurve, { horizonDays, delayS }: Asked): NetCurveForecast {
  if (production.stepS !== load.stepS) throw new PenfeldError('PF_CURVE_INVALID', `"${production.name}" comes every ${production.stepS / 60} min, "${load.name}" every ${load.stepS / 60} min.`, { where: production.file })
  const issuedAt = Math.max(endOf(load), endOf(production)) + delayS * 1000
  const isNegative = production.values.every((value) => !(value > 0))
  const own = curveProblem(load, { issuedAt, horizonDays, delayS })
  const produced = curveProblem(isNegative ? { ...production, values: production.values.map((value) => 0 - value) } : production, { issuedAt, horizonDays, delayS })
  return fromIssue(forecastNet(own.problem, produced.problem), issuedAt, own.usualWeather)
}

/**
 * Net of which nothing else is metered, split into load and the photovoltaics behind it.
 * @throws PF_CURVE_INVALID where the values do not bear such a split; `reasons` says why in words
 */
export function forecastNetSplit(net: LoadedCurve, { horizonDays, delayS }: Asked, reasons: Readonly<Record<string, string>>): NetCurveForecast {
  const issuedAt = endOf(net) + delayS * 1000
  const { problem, usualWeather } = curveProblem(net, { issuedAt, horizonDays, delayS })
  const told = forecastNetMetered(problem)
  if ('reason' in told) throw new PenfeldError('PF_CURVE_INVALID', reasons[told.reason] ?? told.reason, { where: net.file })
  return fromIssue(told, issuedAt, usualWeather)
}

/** Without the part of the day of issue that is over. */
function fromIssue(told: NetSeriesForecast, issuedAt: number, usualWeather: CurveForecast['usualWeather']): NetCurveForecast {
  const first = Math.max(0, Math.round((issuedAt - told.from) / (told.stepS * 1000)))
  const rest = (column: Float64Array) => column.subarray(first)
  const part = (one: NetSeriesForecast['load']) => ({ ...one, values: rest(one.values), quantiles: one.quantiles.map(rest), contributions: one.contributions.map(rest) })
  return {
    from: told.from + first * told.stepS * 1000, stepS: told.stepS, values: rest(told.values), quantiles: told.quantiles.map(rest), basis: told.basis, ...(told.behind === undefined ? {} : { behind: told.behind }),
    issuedAt, load: part(told.load), production: part(told.production), usualWeather,
  }
}
