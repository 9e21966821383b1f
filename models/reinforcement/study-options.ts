/** The options of a study: what the measures propose for its constrained elements, in an order that is the same wherever it is asked. */
import { USUAL_CATALOGUE } from '#models/capacity/usual-catalogue.ts'
import type { Study } from '#models/district/schema-study.ts'
import type { District } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'
import { downstreamBuses, feedingTree } from '#models/grid/topology.ts'
import type { BaseYear } from './base-year.ts'
import type { ConstrainedElement, MeasureOption } from './measure.ts'
import { proposedOptions } from './measures/index.ts'

export function studyOptions(district: District, study: Study, grid: GridModel, base: BaseYear, constrained: readonly ConstrainedElement[]): readonly MeasureOption[] {
  const tree = feedingTree(grid)
  return proposedOptions({
    district, network: district.network, grid, constrained, base, catalogue: USUAL_CATALOGUE, offers: study.offers ?? [], toYear: study.toYear,
    fedBy: (id) => (grid.branchIndex.has(id) ? [...downstreamBuses(tree, grid.branchIndex.get(id)!)] : []),
  })
}
