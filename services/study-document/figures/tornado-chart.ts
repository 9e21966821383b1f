import { AXIS, chartSvg } from './chart-svg.ts'
import { INK, MAIN, QUIET } from './look.ts'

export interface TornadoBar { readonly label: string; readonly lowEur: number; readonly highEur: number; readonly lowSaid: string; readonly highSaid: string }

/** How far the cost moves with each assumption: a bar from the one end to the other, the value that makes it written at each. */
export function tornadoChart(bars: readonly TornadoBar[], expected: { readonly eur: number; readonly label: string } | null, write: (eur: number) => string): string {
  const ends = bars.map(({ lowEur, highEur, lowSaid, highSaid }) => (lowEur <= highEur ? { from: lowEur, to: highEur, left: lowSaid, right: highSaid } : { from: highEur, to: lowEur, left: highSaid, right: lowSaid }))
  const [least, most] = [Math.min(...ends.map(({ from }) => from)), Math.max(...ends.map(({ to }) => to))]
  const room = 0.22 * (most - least || Math.abs(most) || 1)
  const label = { show: true, color: INK, fontSize: 12, textBorderWidth: 0 }
  return chartSvg('tornado', 64 + 32 * bars.length, {
    grid: { left: 190, right: 24, top: 24, bottom: 30 },
    xAxis: { type: 'value', min: least - room, max: most + room, ...AXIS, axisLabel: { ...AXIS.axisLabel, formatter: write, showMinLabel: false, showMaxLabel: false } },
    yAxis: { type: 'category', inverse: true, data: bars.map((one) => one.label), axisTick: { show: false }, ...AXIS, axisLabel: { ...AXIS.axisLabel, width: 176, overflow: 'break' } },
    series: [
      // Two lines at the ends of each bar: a stacked pair could not cross zero.
      { type: 'bar', barWidth: 16, barGap: '-100%', data: ends.map(() => 0), itemStyle: { color: 'none' } },
      ...ends.map(({ from, to, left, right }, k) => ({
        type: 'line' as const, symbol: 'rect', symbolSize: [2, 16], lineStyle: { width: 16, color: MAIN, cap: 'butt' as const }, itemStyle: { color: MAIN },
        data: [{ value: [from, k], label: { ...label, position: 'left' as const, formatter: left } }, { value: [to, k], label: { ...label, position: 'right' as const, formatter: right } }],
        ...(k === 0 && expected !== null ? { markLine: { silent: true, symbol: 'none', lineStyle: { color: QUIET, type: 'dashed' as const, width: 1.5 }, label: { formatter: expected.label, position: 'start' as const, color: INK }, data: [{ xAxis: expected.eur }] } } : {}),
      })),
    ],
  })
}
