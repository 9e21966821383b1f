import { nominalKvOf, type TransformerType, withPlate } from '#models/capacity/remedies.ts'
import type { Transformer } from '#models/district/schema.ts'
import type { Measure, MeasureContext } from '../measure.ts'
import { transformerEffect } from './network-effect.ts'
import { isMedium, transformersTooSmall } from './places.ts'

export const TRANSFORMER_LIFE_YEARS = 40
const MOST_SIZES = 2

/** The next sizes of the catalogue for its voltages in place of a transformer. */
export const transformer: Measure = {
  kind: 'transformer',
  propose: (context) => transformersTooSmall(context).flatMap(({ transformer: present }) => largerTypes(context, present).map((type) => ({
    id: `transformer ${present.id} ${type.ratedKva} kVA`, measure: 'transformer' as const, at: present.id, group: `transformer ${present.id}`, lifts: [present.id],
    effect: transformerEffect(present.id, `${type.ratedKva} kVA`, (one) => withPlate(one, type)),
    costs: { once: [{ item: type.costItem, quantity: 1 }], lifeYears: TRANSFORMER_LIFE_YEARS, yearly: [] },
  }))),
}

function largerTypes({ network, catalogue }: MeasureContext, { hvNode, lvNode, lvKv, ratedKva }: Transformer): readonly TransformerType[] {
  const [hvNominalKv, lvNominalKv] = [nominalKvOf(network, hvNode), nominalKvOf(network, lvNode)]
  const fitting = isMedium(lvKv) ? (catalogue.primaryTransformers ?? []).filter((type) => type.hvKv === hvNominalKv && type.lvKv === lvNominalKv) : catalogue.transformers
  return fitting.filter((type) => type.ratedKva > ratedKva).sort((a, b) => a.ratedKva - b.ratedKva).slice(0, MOST_SIZES)
}
