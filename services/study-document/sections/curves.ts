import { number, paragraph, text, type Figure, type Section } from '../content.ts'
import type { Context } from '../context.ts'
import { durationChart, hoursAbove, MOST_LINES, pctAfter, type Duration } from '../figures/duration-chart.ts'

const HOURS = [1, 10, 50, 100, 500, 2000]

/** Where nothing is too small there is nothing to draw, and no section. */
export function curvesSection(context: Context): Section | null {
  const { constrained, w } = context
  if (constrained.length === 0) return null
  const figure = curvesFigure(context)
  return { heading: w.curves.heading, blocks: [figure === null ? paragraph(w.curves.missing) : { kind: 'figure', figure }] }
}

function curvesFigure({ result, constrained, w, n, state, place }: Context): Figure | null {
  const lines = constrained.flatMap(({ id, duration }, k) => (duration === null || duration.hours.length === 0 ? [] : [{ name: place(id), number: k + 1, duration }])).slice(0, MOST_LINES)
  if (lines.length === 0) return null
  const most = lines.toSorted((a, b) => b.duration.pct[0] - a.duration.pct[0])[0]
  const peak = ({ pct }: Duration) => n.percent(pct[0])
  const over = (duration: Duration) => n.count(Math.round(hoursAbove(duration, 100)))
  return {
    title: w.curves.title(result.ask.toYear),
    sentence: most.duration.pct[0] >= 100 ? w.curves.sentence(most.name, over(most.duration), peak(most.duration)) : w.curves.below(most.name, peak(most.duration)),
    alt: w.curves.alt(lines.map(({ name, duration }) => `${name}${w.colon}${peak(duration)}, ${w.curves.above}${w.colon}${over(duration)}.`).join(' ')),
    svg: durationChart(lines.map(({ name, number, duration }) => ({ label: `${number}  ${name}`, duration })), w.curves, n.count),
    table: {
      caption: w.curves.caption,
      columns: [text(w.curves.element), text(w.curves.state), number(w.curves.above), ...HOURS.map((hours) => number(w.curves.after(n.count(hours))))],
      rows: lines.map(({ name, number, duration }) => [`${number}  ${name}`, state(duration.state), over(duration), ...HOURS.map((hours) => n.count(pctAfter(duration, hours)))]),
    },
  }
}
