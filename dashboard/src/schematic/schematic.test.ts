import { describe, expect, it } from 'vitest'
import type { PlannerNetwork } from '#contract/planner.ts'
import { along, layOut } from './geometry.ts'
import { levelOf, strokeOf } from './level.ts'
import { follow, stops } from './navigation.ts'

const bus = (substation: string, kv = 20) => ({ id: `${substation}.B${kv}`, name: '', substation, nominalVoltageKv: kv })
const section = (id: string, from: string, to: string) => ({ id, name: id, from: `${from}.B20`, to: `${to}.B20`, cable: '', lengthKm: 1, ratingA: 400 })
/** A ring of four: the primary substation above, two columns, one rung below with an open switch. */
const network: PlannerNetwork = {
  districtVersion: '1', watchLoadingPct: 80, limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1,
  substations: [
    { id: 'PS', name: 'Source', kind: 'primary', zone: null, x: 5, y: 0 },
    { id: 'A', name: 'A', kind: 'secondary', zone: null, x: 1, y: 1 },
    { id: 'B', name: 'B', kind: 'secondary', zone: null, x: 1, y: 2 },
    { id: 'C', name: 'C', kind: 'secondary', zone: null, x: 9, y: 2 },
  ],
  busbars: [bus('PS'), bus('A'), bus('B'), bus('B', 0.4), bus('C')],
  junctions: [{ id: 'J', nominalVoltageKv: 0.4 }],
  transformers: [{ id: 'B.T1', name: 'B T1', substation: 'B', hvNode: 'B.B20', lvNode: 'B.B0.4', ratedKva: 630, limitPct: 100 }],
  feeders: [],
  lineSections: [section('R1', 'PS', 'A'), section('R2', 'A', 'B'), section('R3', 'B', 'C'), section('R4', 'C', 'PS'), { ...section('L1', 'B', 'B'), from: 'B.B0.4', to: 'J' }],
  switches: [{ id: 'R3.B', name: 'B vers C', kind: 'load-break-switch', lineSection: 'R3', end: 'to', remote: true, closed: false, measured: true }],
  boundaryLoads: [],
}
const diagram = layOut(network)

describe('the layout', () => {
  it('draws medium voltage only, along rows and columns', () => {
    expect(diagram.sections.map((item) => item.id)).toEqual(['R1', 'R2', 'R3', 'R4'])
    for (const { route } of diagram.sections) route.slice(1).forEach((point, i) => expect(point.x === route[i].x || point.y === route[i].y).toBe(true))
  })
  it('starts each route at the end the document calls `from`', () => {
    const at = new Map(diagram.substations.map((item) => [item.id, { x: item.x, y: item.y }]))
    for (const { ends, route } of diagram.sections) {
      expect(route[0]).toEqual(at.get(ends[0]))
      expect(route[route.length - 1]).toEqual(at.get(ends[1]))
    }
  })
  it('puts an open switch at its end of the section, and transformers inwards', () => {
    const [open] = diagram.switches
    const c = diagram.substations.find((item) => item.id === 'C')!
    expect(open).toMatchObject({ closed: false, x: c.x - 40, y: c.y })
    const b = diagram.substations.find((item) => item.id === 'B')!
    expect(b.transformers[0].x).toBeGreaterThan(b.x)
  })
  it('keeps everything inside the picture', () => {
    for (const point of [...diagram.substations, ...diagram.switches, ...diagram.sections.map((item) => item.label)]) {
      expect(point.x).toBeGreaterThan(0)
      expect(point.x).toBeLessThan(diagram.width)
      expect(point.y).toBeGreaterThan(0)
      expect(point.y).toBeLessThan(diagram.height)
    }
  })
  it('never leaves a route', () => {
    expect(along([{ x: 0, y: 0 }, { x: 10, y: 0 }], 300)).toEqual({ x: 5, y: 0 })
  })
})

describe('the arrow keys', () => {
  const all = stops(diagram)
  it('walk the ring from the source and come back to it', () => {
    const walked = ['PS']
    for (const key of ['ArrowLeft', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'ArrowUp'] as const) walked.push(follow(all, walked[walked.length - 1], key)!)
    expect(walked).toEqual(['PS', 'R1', 'A', 'R2', 'B', 'R3', 'C', 'R4', 'PS'])
  })
  it('reach a transformer only from its substation, and stop where the network ends', () => {
    expect(follow(all, 'B.T1', 'ArrowLeft')).toBe('B')
    expect(follow(all, 'B.T1', 'ArrowRight')).toBeUndefined()
    expect(follow(all, 'nowhere', 'ArrowUp')).toBeUndefined()
  })
  it('can stand on every element', () => {
    for (const stop of all.values()) expect(stop.neighbours.length, stop.id).toBeGreaterThan(0)
  })
})

describe('a loading', () => {
  const limits = { watchPct: 80, limitPct: 100 }
  it('changes its word at the thresholds, and has none without a value', () => {
    expect([0, 79.9, 80, 99.9, 100, null].map((value) => levelOf(value, limits))).toEqual(['normal', 'normal', 'watch', 'watch', 'over', 'unknown'])
  })
  it('is told apart without colour', () => {
    const dashes = ([54, 83, 107, null] as const).map((value) => strokeOf(value, levelOf(value, limits)).dash)
    expect(new Set(dashes).size).toBe(4)
    expect(strokeOf(83, 'watch').width).toBeGreaterThan(strokeOf(54, 'normal').width)
  })
})
