import { AXIS, chartSvg } from './chart-svg.ts'
import { INK, MAIN, OVER, PAPER } from './look.ts'

export interface OptionBar { readonly label: string; readonly eur: number | null; readonly said: string; readonly holds: boolean }

/** Cost of each way of doing; one that does not keep the limits is an empty bar with a dashed edge, one without figures only a word. */
export const optionsChart = (bars: readonly OptionBar[], write: (eur: number) => string): string => chartSvg('options', 50 + 38 * bars.length, {
  grid: { left: 190, right: 170, top: 4, bottom: 30 },
  xAxis: { type: 'value', ...AXIS, splitNumber: 3, axisLabel: { ...AXIS.axisLabel, formatter: write } },
  yAxis: { type: 'category', inverse: true, data: bars.map(({ label }) => label), axisTick: { show: false }, ...AXIS, axisLabel: { ...AXIS.axisLabel, width: 176, overflow: 'break' } },
  series: [{
    type: 'bar', barWidth: 20, label: { show: true, position: 'right', color: INK, fontSize: 12, textBorderWidth: 0, formatter: ({ dataIndex }) => bars[dataIndex].said },
    data: bars.map(({ eur, holds }) => ({ value: eur ?? 0, label: { position: eur !== null && eur < 0 ? 'left' as const : 'right' as const }, itemStyle: holds ? { color: MAIN } : { color: PAPER, borderColor: OVER, borderWidth: 1.5, borderType: 'dashed' as const } })),
  }],
})
