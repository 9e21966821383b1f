import { EVER, nominalKvOf, type TransformerType, withPlate } from '#models/capacity/remedies.ts'
import type { Feeder, LineSection, Network, Switch, Transformer } from '#models/district/schema.ts'
import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { networkEffect } from './network-effect.ts'
import { atAndBelow, isMedium, transformersTooSmall, treeOf } from './places.ts'
import { TRANSFORMER_LIFE_YEARS } from './transformer.ts'

/** It stands near the old one, so that the low-voltage feeders keep their length. */
const LINK_KM = 0.1

/**
 * A second substation beside one whose transformer is too small: it takes over some low-voltage feeders, about half of the load. It
 * is looped in: the section that feeds the old one ends at the new one, and a link of the same cable goes on from there, so that no
 * single loss leaves it dark for longer than the old one.
 */
export const newSubstation: Measure = {
  kind: 'new-substation',
  propose: (context) => transformersTooSmall(context).filter(({ transformer: { lvKv } }) => !isMedium(lvKv)).flatMap(({ transformer }): MeasureOption[] => {
    const moved = movedFeeders(context, transformer)
    const sizes = context.catalogue.transformers.toSorted((a, b) => a.ratedKva - b.ratedKva)
    const type = sizes.find((one) => one.ratedKva >= transformer.ratedKva) ?? sizes.at(-1)
    const feeding = feedingSection(context, transformer)
    if (moved.length === 0 || type === undefined || feeding === undefined) return []
    const ids = idsOf(transformer)
    return [{
      id: `new-substation ${transformer.id}`, measure: 'new-substation', at: transformer.id, group: `transformer ${transformer.id}`, lifts: [transformer.id],
      effect: networkEffect(
        [{ element: transformer.id, into: `+ ${type.ratedKva} kVA` }, { element: feeding.id, into: ids.mv }, ...moved.map(({ id }) => ({ element: id, into: ids.lv }))],
        (network) => withSubstation(network, { transformerId: transformer.id, feedingId: feeding.id, moved, type }),
      ),
      costs: {
        once: [{ item: 'secondary-substation', quantity: 1 }, { item: type.costItem, quantity: 1 }, { item: 'mv-cable-laid-km', quantity: LINK_KM * (feeding.parallel ?? 1) }, { item: 'lv-feeder-moved', quantity: moved.length }],
        lifeYears: TRANSFORMER_LIFE_YEARS, yearly: [],
      },
    }]
  }),
}

const idsOf = ({ id }: Pick<Transformer, 'id'>) => ({ substation: `${id}.new`, mv: `${id}.new.MV`, lv: `${id}.new.LV`, link: `${id}.new.S`, transformer: `${id}.new.T` })

/** The largest feeders that together stay within half of the load, else the smallest one; none where there is but one feeder. */
function movedFeeders({ network, grid, base }: MeasureContext, { lvNode }: Transformer): readonly Feeder[] {
  const feeders = network.feeders.filter((one) => one.busbar === lvNode)
  if (feeders.length < 2) return []
  const byPeak = feeders.map((feeder) => ({ feeder, kw: peakKw(base, busesOf(feeder)) })).sort((a, b) => b.kw - a.kw)
  const half = byPeak.reduce((sum, { kw }) => sum + kw, 0) / 2
  let movedKw = 0
  const moved = byPeak.filter(({ kw }) => {
    const fits = movedKw + kw <= half && kw > 0
    if (fits) movedKw += kw
    return fits
  })
  return (moved.length > 0 ? moved : byPeak.slice(-1)).map(({ feeder }) => feeder)

  function busesOf(feeder: Feeder): ReadonlySet<number> {
    const first = network.lineSections.find((one) => one.id === feeder.lineSections[0])
    const outer = grid.busIndex.get((first?.from === lvNode ? first?.to : first?.from) ?? '')
    return outer === undefined ? new Set() : atAndBelow(grid, outer)
  }
}

function peakKw({ at, parts }: MeasureContext['base'], buses: ReadonlySet<number>): number {
  const sum = new Float64Array(at.length)
  for (const part of parts) if (buses.has(part.bus)) for (let hour = 0; hour < sum.length; hour += 1) sum[hour] += part.powerKw[hour]
  return sum.reduce((most, kw) => (kw > most ? kw : most), 0)
}

/** Section over which the medium-voltage busbar is fed in the normal state. */
const feedingSection = ({ network, grid }: MeasureContext, { hvNode }: Transformer): LineSection | undefined =>
  network.lineSections[treeOf(grid).parentBranch[grid.busIndex.get(hvNode) ?? -1]]

interface Plan {
  readonly transformerId: string
  readonly feedingId: string
  readonly moved: readonly Feeder[]
  readonly type: TransformerType
}

/** New elements stand at the end of their lists, so that what was there keeps its order. */
function withSubstation(network: Network, { transformerId, feedingId, moved, type }: Plan): Network {
  const old = network.transformers.find((one) => one.id === transformerId)
  const beside = network.substations.find((one) => one.id === old?.substation)
  const feeding = network.lineSections.find((one) => one.id === feedingId)
  if (old === undefined || beside === undefined || feeding === undefined) return network
  const ids = idsOf(old)
  const movedIds = new Set(moved.map(({ id }) => id))
  const movedSections = new Set(moved.flatMap(({ lineSections }) => lineSections))
  const reattached = (section: LineSection, node: string, to: string): LineSection => ({ ...section, from: section.from === node ? to : section.from, to: section.to === node ? to : section.to })
  const link: LineSection = { ...feeding, id: ids.link, name: ids.link, from: ids.mv, to: old.hvNode, lengthKm: LINK_KM }
  const linkSwitch = (end: 'from' | 'to'): Switch => ({ id: `${ids.link}.${end}`, name: `${ids.link}.${end}`, kind: 'load-break-switch', lineSection: ids.link, end, remote: true, positions: [{ validFrom: EVER, closed: true }] })
  return {
    ...network,
    substations: [...network.substations, { ...beside, id: ids.substation, name: `${beside.name} 2`, x: beside.x + 0.5, y: beside.y + 0.5 }],
    busbars: [
      ...network.busbars,
      { id: ids.mv, name: ids.mv, substation: ids.substation, nominalVoltageKv: nominalKvOf(network, old.hvNode) },
      { id: ids.lv, name: ids.lv, substation: ids.substation, nominalVoltageKv: nominalKvOf(network, old.lvNode) },
    ],
    feeders: network.feeders.map((one) => (movedIds.has(one.id) ? { ...one, busbar: ids.lv } : one.lineSections.includes(feedingId) ? { ...one, lineSections: one.lineSections.flatMap((id) => (id === feedingId ? [id, ids.link] : [id])) } : one)),
    lineSections: [...network.lineSections.map((one) => (movedSections.has(one.id) ? reattached(one, old.lvNode, ids.lv) : one.id === feedingId ? reattached(one, old.hvNode, ids.mv) : one)), link],
    transformers: [...network.transformers, { ...withPlate(old, type), id: ids.transformer, name: ids.transformer, substation: ids.substation, hvNode: ids.mv, lvNode: ids.lv, ratings: [{ validFrom: EVER, limitPct: 100 }] }],
    switches: [...network.switches, linkSwitch('from'), linkSwitch('to')],
  }
}
