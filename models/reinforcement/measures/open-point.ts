import { EVER, movedOpenPoints, type RemedyCandidate } from '#models/capacity/remedies.ts'
import type { Network } from '#models/district/schema.ts'
import { pathToSource } from '#models/grid/topology.ts'
import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { networkEffect } from './network-effect.ts'
import { sectionIsMedium, treeOf } from './places.ts'

/** New places tried for one open switch, the nearest first: with each, more load changes sides. */
const MOST_PLACES = 3
/** The switches stand there; what is paid is the visit. */
const LIFE_YEARS = 40

/**
 * A normally open switch closed and one opened on the way towards a section that is too small in the normal state, so that the other
 * side carries what lies between. After an outage the ring is closed again anyhow: for that nothing is proposed.
 */
export const openPoint: Measure = {
  kind: 'open-point',
  propose(context) {
    const { network, grid } = context
    const isClosed = (switchId: string) => grid.switchClosed[grid.switchIds.indexOf(switchId)] === 1
    const asItIs: RemedyCandidate = { kind: 'open-point', changes: [], network, busId: '', items: [] }
    const liftedBy = new Map<string, { readonly candidate: RemedyCandidate; readonly lifts: string[] }>()
    for (const section of network.lineSections.filter((one) => isConstrained(context, one.id) && sectionIsMedium(context, one))) {
      const placesOf = new Map<string, number>()
      for (const candidate of movedOpenPoints(asItIs, isClosed, (switchId) => towards(context, switchId, section.id))) {
        const [closed, opened] = candidate.changes.map((change) => change.element)
        placesOf.set(closed, (placesOf.get(closed) ?? 0) + 1)
        if ((placesOf.get(closed) ?? 0) > MOST_PLACES) continue
        const id = `open-point ${closed} ${opened}`
        const known = liftedBy.get(id) ?? { candidate, lifts: [] }
        known.lifts.push(section.id)
        liftedBy.set(id, known)
      }
    }
    return [...liftedBy].map(([id, { candidate: { changes, items }, lifts }]): MeasureOption => ({
      id, measure: 'open-point', at: changes[0].element, group: `open-point ${changes[0].element}`, lifts,
      effect: networkEffect(changes, (one) => switched(one, changes[0].element, changes[1].element)), costs: { once: items, lifeYears: LIFE_YEARS, yearly: [] },
    }))
  },
}

const isConstrained = ({ constrained }: MeasureContext, sectionId: string) => constrained.some(({ id, kind, states }) => kind === 'section' && id === sectionId && states.includes('N'))

/** Sections from an open switch up to the constrained one and with it; empty where it does not lie on the way to a source. */
function towards({ network, grid }: MeasureContext, switchId: string, sectionId: string): string[] {
  const own = network.switches.find((one) => one.id === switchId)
  const branch = grid.branchIndex.get(own?.lineSection ?? '')
  if (own === undefined || branch === undefined) return []
  // A section that is open at both ends stays dead with one switch closed.
  if (network.switches.some((one, k) => one.id !== switchId && one.lineSection === own.lineSection && grid.switchClosed[k] === 0)) return []
  const tree = treeOf(grid)
  const sides = [grid.wiredFrom[branch], grid.wiredTo[branch]].map((bus) => pathToSource(tree, bus).map((one) => grid.sectionIds[one]))
  const [side, other] = sides[0].includes(sectionId) ? sides : [sides[1], sides[0]]
  // What both sides share carries the load wherever the ring is open.
  if (!side.includes(sectionId) || other.includes(sectionId)) return []
  return side.slice(0, side.indexOf(sectionId) + 1)
}

const switched = (network: Network, closed: string, opened: string): Network => ({
  ...network,
  switches: network.switches.map((one) => (one.id === closed || one.id === opened ? { ...one, positions: [{ validFrom: EVER, closed: one.id === closed }] } : one)),
})
