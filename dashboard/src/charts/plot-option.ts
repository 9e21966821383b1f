import type { EChartsCoreOption } from 'echarts/core'
import { BAND_OPACITY, type LineStyle, type Plot, type PlotLine } from './plot.ts'
import type { Tick } from './time-ticks.ts'

// Colours stay CSS variables down to the SVG: theme and print change them without drawing anew.
const colour = (name: string) => `var(${name})`
const ROOM_ABOVE_LIMIT = 1.06
const SHORT_UNIT = 3
const HATCH = 'url(#hatch-estimated)'
const DASHES: Record<LineStyle, 'solid' | number[]> = { measured: 'solid', estimated: 'solid', forecast: [7, 5], reference: [2, 4] }

/** A value between two gaps has no line to stand on: it gets a dot. */
function isAlone(points: PlotLine['points'], index: number): boolean {
  return points[index][1] !== null && (points[index - 1]?.[1] ?? null) === null && (points[index + 1]?.[1] ?? null) === null
}

const lineSeries = (line: PlotLine) => ({
  type: 'line',
  silent: true,
  animation: false,
  connectNulls: false,
  step: line.steps ? 'end' : false,
  z: line.style === 'reference' ? 2 : 3,
  symbol: 'circle',
  showSymbol: true,
  showAllSymbol: true,
  data: line.points.map(([x, y], index) => ({ value: [x, y], symbolSize: isAlone(line.points, index) ? 5 : 0 })),
  itemStyle: { color: colour(line.colour) },
  lineStyle: { color: colour(line.colour), width: line.style === 'reference' ? 1.5 : 2.25, type: DASHES[line.style] },
  ...(line.style === 'estimated' ? { areaStyle: { color: HATCH, opacity: 1, origin: 'start' } } : {}),
})

const bandSeries = (band: NonNullable<Plot['bands']>[number], index: number) =>
  ['low', 'span'].map((part) => ({
    type: 'line',
    silent: true,
    animation: false,
    stack: `band-${index}`,
    // Upon its lower edge also where that is below zero.
    stackStrategy: 'all',
    symbol: 'none',
    z: 1,
    lineStyle: { opacity: 0 },
    data: band.points.map(([x, low, high]) => [x, part === 'low' ? low : high - low]),
    ...(part === 'span' ? { areaStyle: { color: colour(band.colour), opacity: BAND_OPACITY } } : {}),
  }))

const textStyle = { fontFamily: 'inherit', fontSize: 13, color: colour('--ink-quiet') }

/** The option of ECharts for a plot. `cursorX` marks where the reader is. */
export function plotOption(
  plot: Plot,
  options: { ticks: readonly Tick[]; number: (value: number) => string; cursorX: number | undefined; nowLabel: string },
): EChartsCoreOption {
  const labels = new Map(options.ticks.map((tick) => [tick.value, tick.label]))
  const marks = [
    ...(plot.limits ?? []).map((limit) => ({
      yAxis: limit.value,
      lineStyle: { color: colour(limit.level === 'over' ? '--over' : '--watch'), width: 2, type: limit.level === 'over' ? 'solid' : [6, 4] },
      label: { formatter: limit.label, position: 'insideStartTop', ...textStyle, color: colour('--ink'), fontWeight: 600, textBorderColor: colour('--card'), textBorderWidth: 3 },
    })),
    ...(plot.now === undefined ? [] : [{ xAxis: plot.now, lineStyle: { color: colour('--edge-strong'), width: 1, type: 'solid' }, label: { formatter: options.nowLabel, position: 'end', ...textStyle } }]),
    ...(options.cursorX === undefined ? [] : [{ xAxis: options.cursorX, lineStyle: { color: colour('--ink'), width: 1.5, type: 'solid' }, label: { show: false } }]),
  ]
  // An unseen point a little above the highest limit makes the axis reach it, and leaves room for its name.
  const reach = (plot.limits ?? []).map((limit) => [plot.x.from, limit.value * ROOM_ABOVE_LIMIT])
  return {
    animation: false,
    textStyle,
    // The name of the axis ends at it: a long one needs more room than the numbers below it.
    grid: { left: plot.unit.length > SHORT_UNIT ? 16 : 4, right: 14, top: 30, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'value',
      min: plot.x.from,
      max: plot.x.to,
      axisLine: { lineStyle: { color: colour('--edge-strong') }, onZero: false },
      axisTick: { show: true, customValues: options.ticks.map((tick) => tick.value), lineStyle: { color: colour('--edge-strong') } },
      axisLabel: { ...textStyle, customValues: options.ticks.map((tick) => tick.value), formatter: (value: number) => labels.get(value) ?? '', hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      name: plot.unit,
      nameTextStyle: { ...textStyle, align: 'right', padding: [0, 6, 0, 0] },
      nameGap: 12,
      axisLabel: { ...textStyle, formatter: options.number },
      // At the left edge also where the horizontal axis counts from below zero.
      axisLine: { show: false, onZero: false },
      axisTick: { show: false },
      splitNumber: 4,
      ...(plot.y === undefined ? {} : { min: plot.y.from, max: plot.y.to, interval: (plot.y.to - plot.y.from) / 5 }),
      splitLine: { lineStyle: { color: colour('--edge'), width: 1 } },
    },
    series: [
      ...(plot.bands ?? []).flatMap(bandSeries),
      ...plot.lines.map(lineSeries),
      { type: 'line', data: reach, symbol: 'none', lineStyle: { opacity: 0 }, silent: true, animation: false, markLine: { silent: true, symbol: 'none', animation: false, data: marks } },
    ],
  }
}
