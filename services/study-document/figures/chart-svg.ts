/** Charts as SVG without a browser and without anything from outside: nothing moves, nothing reacts to a pointer. */
import { BarChart, LineChart, type BarSeriesOption, type LineSeriesOption } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, type GridComponentOption, type LegendComponentOption, type MarkLineComponentOption } from 'echarts/components'
import { init, use, type ComposeOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { printable } from '../escaped.ts'
import { EDGE, INK, QUIET, WIDTH } from './look.ts'

use([SVGRenderer, LineChart, BarChart, GridComponent, LegendComponent, MarkLineComponent])

export type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | MarkLineComponentOption>

/** @param name unique in a document: ids within the drawing begin with it */
export function chartSvg(name: string, height: number, option: ChartOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'sans-serif', fontSize: 12, color: INK }, ...option })
    return still(chart.renderToSVGString(), name)
  } finally {
    chart.dispose()
  }
}

export const AXIS = { axisLine: { lineStyle: { color: QUIET } }, axisLabel: { color: INK, fontSize: 12 }, splitLine: { lineStyle: { color: EDGE } }, nameTextStyle: { color: QUIET, fontSize: 12 } } as const

/**
 * ECharts numbers its ids through the life of a process and adds rules for a pointer: the same study must make the same file. Styles
 * become attributes, which a strict content security policy lets pass.
 */
const still = (svg: string, name: string): string => printable(svg)
  .replace(/<style[\s\S]*?<\/style>\s*/g, '')
  .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
  .replace(/ style="([^"]*)"/g, (_, rules: string) => rules.split(';').filter((rule) => rule.includes(':')).map((rule) => ` ${rule.replace(':', '="')}"`).join(''))
  .replace(/\bzr\d+-/g, `${name}-`)
