import { withPlate } from '#models/capacity/remedies.ts'
import type { Measure } from '../measure.ts'
import { transformerEffect } from './network-effect.ts'
import { constrainedTransformers } from './places.ts'

export const TRANSFORMER_LIFE_YEARS = 40
const MOST_SIZES = 2

/** The next sizes of the catalogue in place of a transformer that feeds low voltage. */
export const transformer: Measure = {
  kind: 'transformer',
  propose: (context) => constrainedTransformers(context).flatMap(({ transformer: present }) =>
    context.catalogue.transformers.filter((type) => type.ratedKva > present.ratedKva).sort((a, b) => a.ratedKva - b.ratedKva).slice(0, MOST_SIZES).map((type) => ({
      id: `transformer ${present.id} ${type.ratedKva} kVA`, measure: 'transformer' as const, at: present.id, group: `transformer ${present.id}`, lifts: [present.id],
      effect: transformerEffect(present.id, `${type.ratedKva} kVA`, (one) => withPlate(one, type)),
      costs: { once: [{ item: type.costItem, quantity: 1 }], lifeYears: TRANSFORMER_LIFE_YEARS, yearly: [] },
    }))),
}
