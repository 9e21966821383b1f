/** The parts of ECharts the pages use, loaded with the first page that has a chart. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([SVGRenderer, LineChart, BarChart, GridComponent, MarkLineComponent, MarkAreaComponent])
