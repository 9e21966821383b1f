/** Where loads may be changed: each bus in one place only, so that no dwelling is renovated twice. */
import type { BaseYear } from '../base-year.ts'
import { HEATING_BASE_C } from '../base-year.ts'
import type { ConstrainedElement, LoadEffect, MeasureContext } from '../measure.ts'
import { busesBehind } from './places.ts'

export interface Place {
  readonly element: ConstrainedElement
  readonly buses: ReadonlySet<number>
}

/** What lies behind each constrained element without what lies behind a smaller one; elements with nothing left are left out. */
export function partedPlaces(context: MeasureContext): readonly Place[] {
  const places = context.constrained.map((element) => ({ element, buses: busesBehind(context, element) })).sort((a, b) => a.buses.size - b.buses.size)
  const taken = new Set<number>()
  return places.flatMap(({ element, buses }) => {
    const own = new Set([...buses].filter((bus) => !taken.has(bus)))
    own.forEach((bus) => taken.add(bus))
    return own.size === 0 ? [] : [{ element, buses: own }]
  })
}

/**
 * What the mean dwelling of a place draws because it is cold, spread over the buses of the place as it is drawn there.
 * @param isMeant load class of the dwellings that are meant
 * @returns undefined where no dwelling there answers to cold
 */
export function coldPart(base: BaseYear, buses: ReadonlySet<number>, isMeant: (loadClass: string) => boolean): { readonly dwellings: number; readonly kwByBus: ReadonlyMap<number, Float64Array> } | undefined {
  const kwByBus = new Map<number, Float64Array>()
  const meant = base.parts.filter((part) => buses.has(part.bus) && part.deliveryPoints > 0 && isMeant(part.loadClass) && part.perDegreeKw.some((kw) => kw > 0))
  const dwellings = meant.reduce((sum, part) => sum + part.deliveryPoints, 0)
  for (const part of meant) {
    const sum = kwByBus.get(part.bus) ?? new Float64Array(base.at.length)
    kwByBus.set(part.bus, sum)
    for (let hour = 0; hour < sum.length; hour += 1) {
      const cold = part.perDegreeKw[base.localHour[hour]] * Math.max(0, HEATING_BASE_C - base.temperatureC[hour])
      // The slope is that of a mean day: in an hour in which less is drawn there is no more to save. What is not known saves nothing.
      const saved = Math.min(cold, part.powerKw[hour])
      if (saved > 0) sum[hour] += saved / dwellings
    }
  }
  return dwellings === 0 ? undefined : { dwellings, kwByBus }
}

/** A part of it taken away for each unit. */
export const savedPart = (kwByBus: ReadonlyMap<number, Float64Array>, share: number): LoadEffect['hourly'] => [...kwByBus].map(([bus, kw]) => ({ bus, kw: kw.map((one) => -one * share) }))
