import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { escapedXml } from '../escaped.ts'
import { EDGE, INK, OVER, PAPER, QUIET, WIDTH } from './look.ts'

type Network = StudyResult['network']
type Place = { readonly x: number; readonly y: number }
/** An element that is too small, with its number in the table, on a link or at a substation. */
export interface Mark { readonly number: number; readonly on: 'link' | 'node'; readonly id: string }

const SIDE = 150
const TOP = 34
const BOTTOM = 52
/** Beyond so many names nobody could read them: then only those that something is said of are written. */
const MOST_NAMES = 40

/**
 * The network as the study knows it: substations where the document puts them, the axes stretched to the page. What is too small is a
 * thick stroke or a frame, always with its number.
 */
export function networkDiagram({ nodes, links }: Network, marks: readonly Mark[], legend: { readonly primary: string; readonly secondary: string; readonly constrained: string; readonly open: string }): string {
  const height = TOP + BOTTOM + Math.min(400, Math.max(160, 30 * (new Set(nodes.map(({ y }) => y)).size - 1)))
  const [x, y] = [axis(nodes.map((one) => one.x), SIDE, WIDTH - SIDE), axis(nodes.map((one) => one.y), TOP, height - BOTTOM)]
  const at = new Map(nodes.map((one): [string, Place] => [one.id, { x: x(one.x), y: y(one.y) }]))
  const drawn = links.filter(({ from, to }) => at.has(from) && at.has(to))
  const markedLinks = new Set(marks.filter(({ on }) => on === 'link').map(({ id }) => id))
  const markedNodes = Map.groupBy(marks.filter(({ on }) => on === 'node'), ({ id }) => id)
  const ofInterest = new Set([...markedNodes.keys(), ...drawn.filter(({ id }) => markedLinks.has(id)).flatMap(({ from, to }) => [from, to])])
  const isNamed = (one: Network['nodes'][number]) => nodes.length <= MOST_NAMES || one.kind === 'primary' || ofInterest.has(one.id)
  const parts = [
    ...drawn.map(({ id, from, to, open }) => stroke(at.get(from)!, at.get(to)!, open, markedLinks.has(id))),
    ...nodes.map((one) => substation(at.get(one.id)!, one.kind, markedNodes.has(one.id))),
    ...nodes.filter(isNamed).map((one) => name(at.get(one.id)!, one.name, one.kind)),
    ...drawn.flatMap(({ id, from, to }) => marks.filter((mark) => mark.on === 'link' && mark.id === id).map(({ number }) => badge(beside(at.get(from)!, at.get(to)!), number))),
    ...[...markedNodes].flatMap(([id, own]) => own.map(({ number }, k) => badge(inward(at.get(id)!, k), number))),
    key(height - 16, legend),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">${parts.join('')}</svg>`
}

function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return (value) => (most === least ? (from + to) / 2 : from + ((value - least) / (most - least)) * (to - from))
}

const r = (value: number): string => String(Math.round(value * 10) / 10)
const along = (a: Place, b: Place, share: number): Place => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share })
const segment = (a: Place, b: Place, look: string): string => `<line x1="${r(a.x)}" y1="${r(a.y)}" x2="${r(b.x)}" y2="${r(b.y)}" ${look}/>`

function stroke(a: Place, b: Place, open: boolean, marked: boolean): string {
  const look = marked ? `stroke="${OVER}" stroke-width="6"` : `stroke="${QUIET}" stroke-width="1.8"`
  if (!open) return segment(a, b, look)
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
  const [acrossX, acrossY] = [(-7 * (b.y - a.y)) / length, (7 * (b.x - a.x)) / length]
  const gap = Math.min(0.2, 6 / length)
  const bars = [0.5 - gap, 0.5 + gap].map((share) => along(a, b, share)).map((one) => segment({ x: one.x - acrossX, y: one.y - acrossY }, { x: one.x + acrossX, y: one.y + acrossY }, `stroke="${INK}" stroke-width="2"`))
  return segment(a, along(a, b, 0.5 - gap), look) + segment(along(a, b, 0.5 + gap), b, look) + bars.join('')
}

function substation({ x, y }: Place, kind: 'primary' | 'secondary', marked: boolean): string {
  const frame = marked ? `<rect x="${r(x - 10)}" y="${r(y - 10)}" width="20" height="20" fill="${PAPER}" stroke="${OVER}" stroke-width="3"/>` : ''
  return frame + (kind === 'primary' ? `<rect x="${r(x - 16)}" y="${r(y - 6)}" width="32" height="12" fill="${INK}"/>` : `<circle cx="${r(x)}" cy="${r(y)}" r="5" fill="${PAPER}" stroke="${INK}" stroke-width="2"/>`)
}

/** Away from the middle, where the links are. */
const name = ({ x, y }: Place, words: string, kind: 'primary' | 'secondary'): string => (kind === 'primary' ? written({ x, y: y - 14 }, words, 'middle')
  : x < WIDTH / 2 ? written({ x: x - 16, y: y + 4 }, words, 'end') : written({ x: x + 16, y: y + 4 }, words, 'start'))
const written = ({ x, y }: Place, words: string, anchor: 'start' | 'middle' | 'end'): string => `<text x="${r(x)}" y="${r(y)}" text-anchor="${anchor}" fill="${INK}">${escapedXml(words)}</text>`

const badge = ({ x, y }: Place, number: number): string => `<circle cx="${r(x)}" cy="${r(y)}" r="9" fill="${OVER}" stroke="${PAPER}" stroke-width="1.5"/><text x="${r(x)}" y="${r(y + 4)}" text-anchor="middle" fill="${PAPER}" font-weight="bold">${number}</text>`
/** On the side of a link that looks to the middle of the page. */
const beside = (a: Place, b: Place): Place => inward(along(a, b, 0.5), 0)
const inward = ({ x, y }: Place, k: number): Place => ({ x: x + (x < WIDTH / 2 ? 1 : -1) * (24 + 20 * k), y })

function key(y: number, { primary, secondary, constrained, open }: { readonly primary: string; readonly secondary: string; readonly constrained: string; readonly open: string }): string {
  const entries = [
    [substation({ x: 16, y }, 'primary', false), primary], [substation({ x: 16, y }, 'secondary', false), secondary],
    [segment({ x: 2, y }, { x: 30, y }, `stroke="${OVER}" stroke-width="6"`) + badge({ x: 16, y }, 1), constrained], [stroke({ x: 0, y }, { x: 32, y }, true, false), open],
  ] as const
  return `<line x1="0" y1="${r(y - 18)}" x2="${WIDTH}" y2="${r(y - 18)}" stroke="${EDGE}"/>` + entries.map(([sign, words], k) => `<g transform="translate(${20 + 170 * k} 0)">${sign}${written({ x: 40, y: y + 4 }, words, 'start')}</g>`).join('')
}
