import type { ElementOutlook } from '#models/reinforcement/study-result.ts'
import { drawnAt } from '#contract/study-places.ts'
import { number, text, type Figure } from '../content.ts'
import type { Context } from '../context.ts'
import { networkDiagram, type Mark } from '../figures/network-diagram.ts'

export function networkFigure(context: Context, elements: readonly ElementOutlook[]): Figure {
  const { result, w, place } = context
  const { nodes, links } = result.network
  const placed = elements.map((element, k) => ({ element, number: k + 1, mark: markOf(context, element, k + 1) }))
  const marks = placed.flatMap(({ mark }) => (mark === null ? [] : [mark]))
  const isDrawn = (id: string) => nodes.some((one) => one.id === id)
  return {
    title: w.network.title,
    sentence: w.network.sentence(marks.length, links.filter(({ open }) => open).length),
    alt: w.network.alt(nodes.length, links.filter(({ from, to }) => isDrawn(from) && isDrawn(to)).length, placed.map(({ element, number }) => `${number} ${place(element.id)}`).join(', ')),
    svg: networkDiagram(result.network, marks, w.network.legend),
    table: { caption: w.network.caption, columns: [number(w.outlook.number), text(w.outlook.element), text(w.network.place)], rows: placed.map(({ element, number, mark }) => [String(number), place(element.id), said(context, element, mark)]) },
  }
}

function markOf({ result }: Context, element: ElementOutlook, number: number): Mark | null {
  const at = drawnAt(result.network, element)
  return at === null ? null : { number, ...at }
}

function said({ result, w, place, group }: Context, element: ElementOutlook, mark: Mark | null): string {
  if (mark === null) return w.network.group(group(element))
  if (mark.on === 'node') return w.network.at(place(mark.id))
  const link = result.network.links.find(({ id }) => id === mark.id)!
  return w.network.between(place(link.from), place(link.to))
}
