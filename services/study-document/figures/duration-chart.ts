import type { ElementOutlook } from '#models/reinforcement/study-result.ts'
import { chartSvg, AXIS } from './chart-svg.ts'
import { LINES, OVER, WIDTH } from './look.ts'

export type Duration = NonNullable<ElementOutlook['duration']>
export interface DurationLine { readonly label: string; readonly duration: Duration }

/** Loading over the hours of a year, the most loaded first; only as far as it matters, that the hours above the limit can be read. */
export function durationChart(lines: readonly DurationLine[], words: { readonly across: string; readonly up: string; readonly limit: string }, write: (value: number) => string): string {
  const shown = shownHours(lines)
  const legendRows = Math.ceil(lines.reduce((sum, { label }) => sum + 62 + 7 * label.length, 0) / WIDTH)
  return chartSvg('curves', 244 + 24 * legendRows, {
    grid: { left: 56, right: 24, top: 28 + 24 * legendRows, bottom: 48 },
    legend: { top: 0, left: 0, width: WIDTH, itemWidth: 40, itemGap: 18, itemStyle: { opacity: 0 }, textStyle: { fontSize: 12 } },
    xAxis: { type: 'value', min: 0, max: shown, name: words.across, nameLocation: 'middle', nameGap: 28, ...AXIS, axisLabel: { ...AXIS.axisLabel, formatter: write }, splitLine: { show: false } },
    yAxis: { type: 'value', name: words.up, min: 0, ...AXIS, axisLabel: { ...AXIS.axisLabel, formatter: write } },
    series: lines.map(({ label, duration }, k) => ({
      type: 'line', name: label, symbol: 'none', lineStyle: { width: 2, type: dashOf(k), color: LINES[k].color }, itemStyle: { color: LINES[k].color },
      data: pointsWithin(duration, shown),
      ...(k === 0 ? { markLine: { silent: true, symbol: 'none', lineStyle: { color: OVER, type: 'solid' as const, width: 1.5 }, label: { formatter: words.limit, position: 'insideEndTop' as const, color: OVER }, data: [{ yAxis: 100 }] } } : {}),
    })),
  })
}

/** What the chart and its table can hold. */
export const MOST_LINES = LINES.length

const dashOf = (k: number): 'solid' | number[] => (LINES[k].dash === 'solid' ? 'solid' : [...LINES[k].dash])

/** Somewhat more than the hours above 90 % of the limit, a round number. */
function shownHours(lines: readonly DurationLine[]): number {
  const high = Math.max(0, ...lines.map(({ duration }) => hoursAbove(duration, 90)))
  return [100, 200, 500, 1000, 2000, 4000].find((hours) => hours >= 1.5 * high) ?? 8760
}

function pointsWithin({ hours, pct }: Duration, most: number): [number, number][] {
  const points = hours.map((hour, k): [number, number] => [hour, pct[k]])
  const within = points.filter(([hour]) => hour <= most)
  return within.length < points.length ? [...within, [most, pctAfter({ hours, pct }, most)]] : within
}

/** Straight between the points that were kept. */
export function pctAfter({ hours, pct }: Pick<Duration, 'hours' | 'pct'>, hour: number): number {
  const next = hours.findIndex((one) => one >= hour)
  if (next < 0) return NaN
  if (next === 0 || hours[next] === hour) return pct[next]
  return pct[next - 1] + ((pct[next] - pct[next - 1]) * (hour - hours[next - 1])) / (hours[next] - hours[next - 1])
}

/** Hours at or above so many % of the limit. */
export function hoursAbove({ hours, pct }: Pick<Duration, 'hours' | 'pct'>, limitPct: number): number {
  const below = pct.findIndex((one) => one < limitPct)
  if (below < 0) return hours.at(-1) ?? 0
  if (below === 0) return 0
  return hours[below - 1] + ((hours[below] - hours[below - 1]) * (pct[below - 1] - limitPct)) / (pct[below - 1] - pct[below])
}
