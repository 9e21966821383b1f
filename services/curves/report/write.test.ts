import { expect, test } from 'vitest'
import { reliabilityChart, skillChart, weekChart } from './charts.ts'
import type { ReportContent } from './content.ts'
import { htmlOf, markdownOf, tableLines } from './write.ts'

/** Names come from files of others: what looks like markup must stay text. */
const EVIL = '<img src=x onerror=alert(1)> | `a` & "b"'
const content: ReportContent = {
  language: 'en', title: EVIL, numbers: 'Numbers',
  sections: [
    { heading: 'Facts', facts: [['File', EVIL]], list: [EVIL] },
    { heading: 'Chart', chart: '<svg></svg>', table: { head: ['', EVIL], rows: [['row', '1.5']] } },
  ],
}

test('a page shows names as text, the chart as it is, and the table behind it', () => {
  const html = htmlOf(content)
  expect(html).not.toContain('<img')
  expect(html.split('&lt;img src=x onerror=alert(1)&gt; | `a` &amp; &quot;b&quot;').length).toBe(6)
  expect(html).toContain('<svg></svg>')
  expect(html).toContain('<details><summary>Numbers</summary>')
})

test('in Markdown a table keeps its columns whatever the names, and stands for the chart', () => {
  const lines = markdownOf(content).split('\n')
  expect(lines[0]).toBe('# \\<img src=x onerror=alert(1)\\> \\| \\`a\\` & "b"')
  const table = lines.filter((line) => line.startsWith('|'))
  expect(table.map((line) => line.split(/(?<!\\)\|/).length)).toEqual([4, 4, 4])
  expect(markdownOf(content)).not.toContain('<svg')
})

test('in a terminal the columns are in line', () => {
  expect(tableLines({ head: ['', 'MAE'], rows: [['ours', '1.5'], ['week before', '12.25']] })).toEqual(['               MAE', 'ours           1.5', 'week before  12.25'])
})

const numbers = (svg: string, tag: string, attribute: string) => [...svg.matchAll(new RegExp(`<${tag}[^>]* ${attribute}="([^"]+)"`, 'g'))].map(([, value]) => Number(value))

test('a line breaks at a gap, and the band with it', () => {
  const at = [0, 1, 2, 3, 4]
  const svg = weekChart({
    at, measured: [1, 2, NaN, 4, 5], forecast: [1, 2, 3, 4, 5], low: [0, 1, NaN, 3, 4], high: [2, 3, NaN, 5, 6], days: [{ at: 0, label: 'Mon' }], unit: 'kW', write: String,
    labels: { title: 'Week', measured: 'Measured', forecast: 'Forecast', band: 'Band' },
  })
  expect(svg.match(/<polyline/g)?.length).toBe(3)
  expect(svg.match(/<polygon/g)?.length).toBe(2)
  expect(svg).not.toContain('NaN')
})

test('reliable quantiles lie on the diagonal, from the lower left to the upper right', () => {
  const levels = [0.25, 0.5, 0.75]
  const svg = reliabilityChart({ levels, lines: [{ label: 'ours', shares: levels }], write: (value) => `${value} %`, labels: { title: 'Reliability', across: 'Level', up: 'Below', perfect: 'perfect' } })
  const [x1, y1, x2, y2] = /<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" stroke="#4a5361" stroke-dasharray/.exec(svg)!.slice(1).map(Number)
  expect([x2 > x1, y2 < y1]).toEqual([true, true])
  const [x, y] = [numbers(svg, 'circle', 'cx'), numbers(svg, 'circle', 'cy')]
  levels.forEach((level, k) => {
    expect(x[k]).toBeCloseTo(x1 + level * (x2 - x1), 0)
    expect(y[k]).toBeCloseTo(y1 + level * (y2 - y1), 0)
  })
})

test('skill of two issues is two lines, a negative one lies below the line of no gain', () => {
  const points = [{ hourAhead: 24, skill: 0.5 }, { hourAhead: 25, skill: -0.5 }]
  const svg = skillChart({ lines: [{ label: 'ours', points: [...points, { hourAhead: 26, skill: 0.1 }] }], write: String, labels: { title: 'Skill', across: 'Hours', up: 'Skill' } })
  expect(svg.match(/<polyline/g)?.length).toBe(2)
  const zero = Number(/y1="([\d.]+)" x2="[\d.]+" y2="[\d.]+" stroke="#4a5361"/.exec(svg)![1])
  const [above, below] = numbers(svg, 'circle', 'cy')
  expect([above < zero, below > zero]).toEqual([true, true])
})
