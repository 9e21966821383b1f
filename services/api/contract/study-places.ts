/** What the elements and places of a study are called; the page and the documents say them alike. */
import type { ElementOutlook, StudyResult } from './study-shapes.ts'

export interface StudyPlaces {
  /** Element, substation or bus; of a bus without a name of its own with its id, since a substation has several. */
  place(id: string): string
  /** The same without ids, for a sentence. */
  site(id: string): string
  /** Feeder or substation that an element belongs to. */
  group(element: Pick<ElementOutlook, 'group'>): string
}

/** As in `Poste source Kerlaouen 63/20 kV`: twice in a name they only make it long. */
const VOLTAGES = / \d+\/\d+ kV$/

/** An id that nobody has named is written as it is. */
export function studyPlaces({ elements, network }: Pick<StudyResult, 'elements' | 'network'>): StudyPlaces {
  const nodes = new Map(network.nodes.map(({ id, name }) => [id, name]))
  const short = (id: string) => nodes.get(id)?.replace(VOLTAGES, '')
  const between = (from: string, to: string) => `${short(from) ?? from} – ${short(to) ?? to}`
  // A section that is called by the ids of its two ends is called by their names.
  const spelledOut = (name: string) => {
    const ends = name.split(/ [-–] /)
    return ends.length === 2 && ends.every((end) => nodes.has(end)) ? between(ends[0]!, ends[1]!) : name
  }
  const named = new Map(elements.filter(({ id, name }) => name !== id).map(({ id, name }) => [id, spelledOut(name)]))
  const links = new Map(network.links.map(({ id, from, to }) => [id, between(from, to)]))
  const given = new Map(network.named?.map(({ id, name }) => [id, name]))
  // A bus is written `P05.B04`: its substation is what comes before the point.
  const substation = (id: string) => nodes.get(id.split('.')[0]!)
  const known = (id: string) => named.get(id) ?? nodes.get(id) ?? links.get(id)
  const within = (id: string) => {
    const [name, around] = [given.get(id) ?? id, substation(id)]
    return around === undefined || name.startsWith(around) ? name : `${around}, ${name}`
  }
  return { place: (id) => known(id) ?? within(id), site: (id) => known(id) ?? substation(id) ?? given.get(id) ?? id, group: ({ group }) => known(group) ?? given.get(group) ?? group }
}

/** Where in the drawing an element stands: on the link of its id; else at the substation that it belongs to, by group or by what stands before the point of its id. */
export function drawnAt({ nodes, links }: StudyResult['network'], { id, group }: Pick<ElementOutlook, 'id' | 'group'>): { readonly on: 'link' | 'node'; readonly id: string } | null {
  if (links.some((one) => one.id === id)) return { on: 'link', id }
  const node = nodes.find((one) => [id, group, id.split('.')[0]].includes(one.id)) ?? nodes.find(({ name }) => name === group)
  return node === undefined ? null : { on: 'node', id: node.id }
}
