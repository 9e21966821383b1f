import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { NetworkState, RunLayout } from '#services/evaluation/port.ts'
import { QUALITY } from '#models/units/quality.ts'

/** What a planner may point at. A feeder is shown as its most loaded section. */
export interface NetworkElement {
  readonly id: string
  readonly kind: 'line-section' | 'transformer' | 'feeder'
  /** Line sections to look at; empty for a transformer. */
  readonly sections: readonly string[]
}

/** @throws PF_NOT_FOUND */
export function networkElement({ network }: District, id: string): NetworkElement {
  if (network.transformers.some((one) => one.id === id)) return { id, kind: 'transformer', sections: [] }
  const feeder = network.feeders.find((one) => one.id === id)
  if (feeder !== undefined) return { id, kind: 'feeder', sections: feeder.lineSections }
  if (network.lineSections.some((one) => one.id === id)) return { id, kind: 'line-section', sections: [id] }
  throw new PenfeldError('PF_NOT_FOUND', 'The network has no feeder, line section or transformer with this id.', { where: 'querystring.element' })
}

export interface ElementLoad {
  readonly loadingPct: number
  /** A for sections and feeders, kVA for transformers. */
  readonly load: number
  readonly quality: number
}

const NOTHING: ElementLoad = { loadingPct: NaN, load: NaN, quality: QUALITY.missing }

/** Reader of one element from states; a state of another version of the document gives nothing. */
export function elementLoad(element: NetworkElement, layout: RunLayout): (state: NetworkState) => ElementLoad {
  if (element.kind === 'transformer') {
    const i = layout.transformers.indexOf(element.id)
    return (state) => (i < 0 || state.transformerLoadKva.length !== layout.transformers.length ? NOTHING : { loadingPct: state.transformerLoadingPct[i]!, load: state.transformerLoadKva[i]!, quality: state.transformerQuality[i]! })
  }
  const indices = element.sections.map((id) => layout.lineSections.indexOf(id)).filter((i) => i >= 0)
  return (state) => {
    if (state.sectionLoadingPct.length !== layout.lineSections.length) return NOTHING
    let highest = NOTHING
    for (const i of indices) {
      if (Number.isNaN(highest.loadingPct) || state.sectionLoadingPct[i]! > highest.loadingPct) highest = { loadingPct: state.sectionLoadingPct[i]!, load: state.sectionCurrentA[i]!, quality: state.sectionQuality[i]! }
    }
    return highest
  }
}

/** Points that measure the element, or for a section the head of its feeder and its switches. */
export function pointsOf({ network, measurementPoints }: District, element: NetworkElement): readonly MeasurementPoint[] {
  const on = new Set([element.id])
  if (element.kind === 'line-section') {
    for (const { id, lineSections } of network.feeders) if (lineSections.includes(element.id)) on.add(id)
    for (const { id, lineSection } of network.switches) if (lineSection === element.id) on.add(id)
  }
  return measurementPoints.filter((point) => on.has(point.on))
}
