/** Names, groups and places of the elements that a study speaks of. */
import type { District } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import type { OutlookElement } from '#models/reinforcement/outlook.ts'
import type { StudyResult } from '#models/reinforcement/study-result.ts'

/** In the order of the counts: sections, transformers (couplers and windings are not judged), buses. */
export function outlookElements({ network, thresholds }: District, grid: GridModel): OutlookElement[] {
  const feederOf = new Map(network.feeders.flatMap(({ id, lineSections }) => lineSections.map((section) => [section, id] as const)))
  const substationOf = new Map(network.busbars.map(({ id, substation }) => [id, substation]))
  const levelOf = (bus: number) => (grid.busBaseKv[bus]! <= LOW_VOLTAGE_LIMIT_KV ? 'low' : 'medium')
  const branchCount = grid.branchFrom.length
  return [
    ...network.lineSections.map((one, k): OutlookElement => ({
      index: k, id: one.id, name: one.name, kind: 'section', level: levelOf(grid.wiredFrom[k]!), group: feederOf.get(one.id) ?? substationOf.get(one.from) ?? one.id,
      limit: Math.max(...one.ratings.map(({ winterA }) => winterA)) * (one.parallel ?? 1), limitUnit: 'A',
    })),
    ...network.transformers.map((one, t): OutlookElement => ({
      index: grid.sectionCount + t, id: one.id, name: one.name, kind: 'transformer', level: levelOf(grid.wiredTo[grid.sectionCount + t]!), group: one.substation,
      limit: (one.ratedKva * Math.max(...one.ratings.map(({ limitPct }) => limitPct))) / 100, limitUnit: 'kVA',
    })),
    ...grid.busIds.map((id, bus): OutlookElement => ({ index: branchCount + bus, id, name: id, kind: 'bus', level: levelOf(bus), group: substationOf.get(id) ?? id.split('.')[0]!, limit: thresholds.minVoltagePu, limitUnit: 'pu' })),
  ]
}

/** Substations and the medium-voltage sections between them, as the single-line diagram places them. */
export function networkDrawing({ network }: District): StudyResult['network'] {
  const substationOf = new Map(network.busbars.map(({ id, substation }) => [id, substation]))
  const open = new Set(network.switches.filter(({ positions }) => positions[positions.length - 1]!.closed === false).map(({ lineSection }) => lineSection))
  return {
    nodes: network.substations.map(({ id, name, x, y, kind }) => ({ id, name, x, y, kind })),
    links: network.lineSections.flatMap(({ id, from, to }) => {
      const [one, other] = [substationOf.get(from), substationOf.get(to)]
      return one === undefined || other === undefined || one === other ? [] : [{ id, from: one, to: other, open: open.has(id) }]
    }),
    named: [...network.feeders, ...network.busbars].map(({ id, name }) => ({ id, name })),
  }
}
