import { escaped } from './escaped.ts'

/** Charts of a report as SVG without anything from outside: they are read in a browser, printed, and sent by mail. */
const INK = '#14181f'
const QUIET = '#4a5361'
const EDGE = '#dde2e9'
const MAIN = '#1b4dcb'
const SECOND = '#af3a07'
const WIDTH = 860

interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Axis {
  readonly from: number
  readonly to: number
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
}

export interface WeekChart {
  /** Start of each step (UTC ms). */
  readonly at: ArrayLike<number>
  readonly measured: ArrayLike<number>
  readonly forecast: ArrayLike<number>
  readonly low: ArrayLike<number>
  readonly high: ArrayLike<number>
  readonly days: Axis['ticks']
  readonly unit: string
  readonly write: (value: number) => string
  readonly labels: { readonly title: string; readonly measured: string; readonly forecast: string; readonly band: string }
}

/** Measured and forecast values with the band between two quantiles, over some days. */
export function weekChart({ at, measured, forecast, low, high, days, unit, write, labels }: WeekChart): string {
  const frame: Frame = { width: WIDTH, height: 330, left: 64, right: 12, top: 34, bottom: 34 }
  const all = [measured, forecast, low, high].flatMap((column) => Array.from(column)).filter(Number.isFinite)
  const step = at.length > 1 ? at[1] - at[0] : 1
  const x = scale(at[0], at[at.length - 1] + step, frame.left, frame.width - frame.right)
  const vertical = valueAxis(Math.min(...all), Math.max(...all), write)
  const y = scale(vertical.from, vertical.to, frame.height - frame.bottom, frame.top)
  const middle = (i: number) => x(at[i] + step / 2)
  return svg(frame, labels.title, [
    grid(frame, vertical, y), dayMarks(frame, days, x),
    areas(at.length, middle, (i) => y(low[i]), (i) => y(high[i])),
    line(at.length, middle, (i) => y(measured[i]), `stroke="${INK}" stroke-width="1.6"`),
    line(at.length, middle, (i) => y(forecast[i]), `stroke="${MAIN}" stroke-width="1.8"`),
    text(frame.left - 56, 18, unit, 'start'),
    legend(frame, [{ label: labels.measured, mark: 'line', colour: INK }, { label: labels.forecast, mark: 'line', colour: MAIN }, { label: labels.band, mark: 'area', colour: MAIN }]),
  ])
}

export interface ReliabilityChart {
  readonly levels: readonly number[]
  readonly lines: readonly { readonly label: string; readonly shares: ArrayLike<number> }[]
  readonly write: (percent: number) => string
  readonly labels: { readonly title: string; readonly across: string; readonly up: string; readonly perfect: string }
}

/** Share of the measured values below each quantile against its level. */
export function reliabilityChart({ levels, lines, write, labels }: ReliabilityChart): string {
  const frame: Frame = { width: 720, height: 430, left: 58, right: 262, top: 34, bottom: 46 }
  const ticks = [0, 20, 40, 60, 80, 100].map((at) => ({ at, label: write(at) }))
  const x = scale(0, 100, frame.left, frame.width - frame.right)
  const y = scale(0, 100, frame.height - frame.bottom, frame.top)
  return svg(frame, labels.title, [
    grid(frame, { from: 0, to: 100, ticks }, y),
    ...ticks.map(({ at, label }) => text(x(at), frame.height - frame.bottom + 18, label, 'middle')),
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(100)}" y2="${y(100)}" stroke="${QUIET}" stroke-dasharray="5 4"/>`,
    ...lines.map(({ shares }, k) => line(levels.length, (i) => x(100 * levels[i]), (i) => y(100 * shares[i]), `stroke="${colour(k)}" stroke-width="1.6"${dashed(DASHES[k])}`) + Array.from(levels, (level, i) => dot(x(100 * level), y(100 * shares[i]), colour(k))).join('')),
    text((frame.left + frame.width - frame.right) / 2, frame.height - 8, labels.across, 'middle'),
    text(frame.left - 50, frame.top - 16, labels.up, 'start'),
    legendBeside(frame, [{ label: labels.perfect, mark: 'line', colour: QUIET, dash: '5 4' }, ...lines.map(({ label }, k) => ({ label, mark: 'line' as const, colour: colour(k), dash: DASHES[k] }))]),
  ])
}

export interface SkillChart {
  readonly lines: readonly { readonly label: string; readonly points: readonly { readonly hourAhead: number; readonly skill: number }[] }[]
  readonly write: (percent: number) => string
  readonly labels: { readonly title: string; readonly across: string; readonly up: string }
}

/** Skill in % by hours ahead; a line breaks between the days, which are different issues. */
export function skillChart({ lines, write, labels }: SkillChart): string {
  const frame: Frame = { width: WIDTH, height: 310, left: 64, right: 12, top: 54, bottom: 46 }
  const points = lines.flatMap((one) => one.points).filter(({ skill }) => Number.isFinite(skill))
  const furthest = Math.max(24, ...points.map(({ hourAhead }) => hourAhead))
  const vertical = valueAxis(Math.min(0, ...points.map(({ skill }) => 100 * skill)), Math.max(10, ...points.map(({ skill }) => 100 * skill)), write)
  const x = scale(0.5, furthest + 0.5, frame.left, frame.width - frame.right)
  const y = scale(vertical.from, vertical.to, frame.height - frame.bottom, frame.top)
  const ofDays = (own: SkillChart['lines'][number]['points']) => [...Map.groupBy(own, ({ hourAhead }) => Math.ceil(hourAhead / 24)).values()]
  return svg(frame, labels.title, [
    grid(frame, vertical, y), `<line x1="${frame.left}" y1="${y(0)}" x2="${frame.width - frame.right}" y2="${y(0)}" stroke="${QUIET}"/>`,
    ...Array.from({ length: Math.floor(furthest / 6) }, (_, k) => text(x(6 * (k + 1)), frame.height - frame.bottom + 18, String(6 * (k + 1)), 'middle')),
    ...lines.flatMap((one, k) => ofDays(one.points).map((own) => line(own.length, (i) => x(own[i].hourAhead), (i) => y(100 * own[i].skill), `stroke="${colour(k)}" stroke-width="1.8"${dashed(DASHES[k])}`) + own.map(({ hourAhead, skill }) => dot(x(hourAhead), y(100 * skill), colour(k))).join(''))),
    text((frame.left + frame.width - frame.right) / 2, frame.height - 8, labels.across, 'middle'),
    text(frame.left - 56, frame.top - 12, labels.up, 'start'),
    ...(lines.length > 1 ? [legend(frame, lines.map(({ label }, k) => ({ label, mark: 'line' as const, colour: colour(k), dash: DASHES[k] })))] : []),
  ])
}

const colour = (k: number): string => (k === 0 ? MAIN : SECOND)
/** Of the second line, that it is told apart without colours too. */
const DASHES = [undefined, '6 3'] as const
const dashed = (dash: string | undefined): string => (dash === undefined ? '' : ` stroke-dasharray="${dash}"`)
const rounded = (value: number): string => String(Math.round(value * 10) / 10)
const dot = (x: number, y: number, fill: string): string => (Number.isFinite(x + y) ? `<circle cx="${rounded(x)}" cy="${rounded(y)}" r="2.4" fill="${fill}"/>` : '')
const text = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string => `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}">${escaped(words)}</text>`

function svg({ width, height }: Frame, title: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-size="13" fill="${QUIET}"><title>${escaped(title)}</title>${parts.join('')}</svg>`
}

const scale = (from: number, to: number, start: number, end: number) => (value: number) => start + ((value - from) / (to - from || 1)) * (end - start)

/** Round numbers that hold all values; from 0 on where the values lie not far above it. */
function valueAxis(lowest: number, highest: number, write: (value: number) => string): Axis {
  const bottom = lowest >= 0 && lowest < 0.6 * highest ? 0 : lowest
  const raw = (highest - bottom || Math.abs(highest) || 1) / 6
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= raw)! * power
  const [first, last] = [Math.floor(bottom / step + 1e-9), Math.ceil(highest / step - 1e-9)]
  return { from: first * step, to: last * step, ticks: Array.from({ length: last - first + 1 }, (_, k) => ({ at: (first + k) * step, label: write((first + k) * step) })) }
}

function grid({ width, left, right }: Frame, { ticks }: Axis, y: (value: number) => number): string {
  return ticks.map(({ at, label }) => `<line x1="${left}" y1="${rounded(y(at))}" x2="${width - right}" y2="${rounded(y(at))}" stroke="${EDGE}"/>${text(left - 8, y(at) + 4, label, 'end')}`).join('')
}

/** A line at the start of each day, its name below its middle. */
function dayMarks({ width, height, right, top, bottom }: Frame, days: Axis['ticks'], x: (value: number) => number): string {
  return days.map(({ at, label }, k) => {
    const end = k + 1 < days.length ? x(days[k + 1].at) : width - right
    return `<line x1="${rounded(x(at))}" y1="${top}" x2="${rounded(x(at))}" y2="${height - bottom}" stroke="${EDGE}"/>${text((x(at) + end) / 2, height - bottom + 20, label, 'middle')}`
  }).join('')
}

/** Runs of steps at which all is known. */
function runs(count: number, isKnown: (i: number) => boolean): number[][] {
  const found: number[][] = []
  for (let i = 0; i < count; i += 1) {
    if (!isKnown(i)) continue
    if (i > 0 && found.at(-1)?.at(-1) === i - 1) found.at(-1)!.push(i)
    else found.push([i])
  }
  return found
}

function line(count: number, x: (i: number) => number, y: (i: number) => number, look: string): string {
  return runs(count, (i) => Number.isFinite(y(i))).map((run) => `<polyline fill="none" stroke-linejoin="round" ${look} points="${run.map((i) => `${rounded(x(i))},${rounded(y(i))}`).join(' ')}"/>`).join('')
}

function areas(count: number, x: (i: number) => number, low: (i: number) => number, high: (i: number) => number): string {
  return runs(count, (i) => Number.isFinite(low(i) + high(i))).map((run) => `<polygon fill="${MAIN}" fill-opacity="0.16" points="${[...run.map((i) => `${rounded(x(i))},${rounded(low(i))}`), ...run.toReversed().map((i) => `${rounded(x(i))},${rounded(high(i))}`)].join(' ')}"/>`).join('')
}

interface LegendEntry {
  readonly label: string
  readonly mark: 'line' | 'area'
  readonly colour: string
  readonly dash?: string
}

/** In one row at the top right, the width of the words guessed. */
function legend({ width, right }: Frame, entries: readonly LegendEntry[]): string {
  let at = width - right
  return entries.toReversed().map((entry) => {
    at -= entry.label.length * 7.2 + 52
    return legendEntry(at, 14, entry)
  }).join('')
}

/** One below the other, at the right of the chart. */
const legendBeside = ({ width, right, top }: Frame, entries: readonly LegendEntry[]): string => entries.map((entry, k) => legendEntry(width - right + 28, top + 12 + 24 * k, entry)).join('')

function legendEntry(x: number, y: number, { label, mark, colour: own, dash }: LegendEntry): string {
  const sign = mark === 'line' ? `<line x1="${rounded(x)}" y1="${y}" x2="${rounded(x + 22)}" y2="${y}" stroke="${own}" stroke-width="2"${dashed(dash)}/>` : `<rect x="${rounded(x)}" y="${y - 6}" width="22" height="12" fill="${own}" fill-opacity="0.16"/>`
  return sign + text(x + 30, y + 4, label, 'start')
}
