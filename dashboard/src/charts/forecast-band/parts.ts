import type { PowerForecast } from '#contract/forecast.ts'
import type { Format } from '../../i18n/index.ts'

const DAY_MS = 86_400_000
const QUARTER_HOURS = 6
export const PARTS = ['calendar', 'weather', 'recent'] as const
export type Part = (typeof PARTS)[number]

/** What each cause adds to a quarter of tomorrow on average, around the usual level (kW). */
export interface QuarterParts {
  /** Local hours: from, to. */
  readonly from: number
  readonly to: number
  readonly kw: Readonly<Record<Part, number>>
}

/** How much of tomorrow is calendar, weather and recent days, by quarters of the day; empty where the method does not tell, or tomorrow is not forecast. */
export function partsOfTomorrow({ powerKw: { at }, contributions }: Pick<PowerForecast, 'powerKw' | 'contributions'>, now: number, f: Pick<Format, 'date' | 'time'>): QuarterParts[] {
  if (contributions === null) return []
  const columns = { calendar: contributions.calendarKw, weather: contributions.weatherKw, recent: contributions.recentKw }
  const tomorrow = f.date(now + DAY_MS)
  const steps = at.flatMap((time, i) => (f.date(time) === tomorrow && PARTS.every((part) => columns[part][i] !== null) ? [{ i, quarter: Math.floor(Number(f.time(time).slice(0, 2)) / QUARTER_HOURS) }] : []))
  return [0, 1, 2, 3].flatMap((quarter) => {
    const own = steps.filter((step) => step.quarter === quarter)
    if (own.length === 0) return []
    const mean = (part: Part) => own.reduce((sum, { i }) => sum + columns[part][i]!, 0) / own.length
    return [{ from: quarter * QUARTER_HOURS, to: (quarter + 1) * QUARTER_HOURS, kw: { calendar: mean('calendar'), weather: mean('weather'), recent: mean('recent') } }]
  })
}
