import type { ConstrainedElement, Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { fedEnd, transformersTooSmall } from './places.ts'
import { LOSSES_ITEM } from './prices.ts'

/** Out of what goes in, with converter and own consumption; usual of lithium iron phosphate systems. */
const EFFICIENCY = 0.88
/** Ageing: cells keep their rated energy for some 4,000 full cycles, so 270 a year over 15 years; assumed, no guarantee was read. */
const LIFE_YEARS = 15
const CYCLES_A_YEAR = 270
const STORAGE_HOURS = [2, 4]
/** The excess that is known today is that of the worst future; more of it may be needed where losses and rebound add to it. */
const ROOM = 1.5
const STEP_KW = 10

/** A battery at the busbar of a transformer that is too small, or at the end that a section feeds. Sized in kW, the hours are fixed. */
export const battery: Measure = {
  kind: 'battery',
  propose(context) {
    const mostKwAt = new Map<number, number>()
    for (const { element, bus } of places(context)) mostKwAt.set(bus, Math.max(mostKwAt.get(bus) ?? 0, Math.ceil((element.excessKw * ROOM) / STEP_KW) * STEP_KW))
    return [...mostKwAt].filter(([, mostKw]) => mostKw > 0).flatMap(([bus, mostKw]) => STORAGE_HOURS.map((hours) => option(context, bus, mostKw, hours)))
  },
}

function places(context: MeasureContext): readonly { readonly element: ConstrainedElement; readonly bus: number }[] {
  const { constrained, grid } = context
  const ofTransformers = transformersTooSmall(context).map(({ element, transformer }) => ({ element, bus: grid.busIndex.get(transformer.lvNode) }))
  const ofSections = constrained.filter(({ kind }) => kind === 'section').map((element) => ({ element, bus: fedEnd(context, element.id) }))
  return [...ofTransformers, ...ofSections].flatMap(({ element, bus }) => (bus === undefined || Number.isNaN(element.excessKw) ? [] : [{ element, bus }]))
}

function option({ grid }: MeasureContext, bus: number, mostKw: number, hours: number): MeasureOption {
  const at = grid.busIds[bus]
  return {
    id: `battery ${at} ${hours} h`, measure: 'battery', at, group: `battery ${at}`,
    effect: {
      kind: 'dispatch', bus, mostKw, hoursAYear: CYCLES_A_YEAR * hours, mostHoursAnActivation: hours, noticeH: 0,
      rebound: { share: 0, withinH: 1 }, storage: { hours, efficiency: EFFICIENCY },
    },
    costs: {
      once: [{ item: 'battery-kw', quantity: 1 }, { item: 'battery-kwh', quantity: hours }], lifeYears: LIFE_YEARS, yearly: [],
      perKwYear: [{ item: 'battery-kw-year', quantity: 1 }], perActivatedMwh: [{ item: LOSSES_ITEM, quantity: 1 / EFFICIENCY - 1 }],
    },
  }
}
