import type { District } from '#models/district/schema.ts'

/**
 * With what weather a forecast was made, as its scores are labelled: none; the usual weather of the date with how the days
 * before differed from it; a forecast of the weather as it had been issued; or observed weather, which flatters.
 */
export const SCORE_WEATHER = ['none', 'usual', 'forecast', 'perfect'] as const
export type ScoreWeather = (typeof SCORE_WEATHER)[number]

/** The one place that decides. No forecast of the weather is collected: `weatherAsToldBefore` has nothing but the usual weather to tell of. */
export const scoreWeatherOf = ({ weather: { temperaturePoint, irradiancePoint } }: District): ScoreWeather =>
  temperaturePoint === undefined && irradiancePoint === undefined ? 'none' : 'usual'
