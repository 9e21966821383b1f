/**
 * Ways to make room for a connection: each is a changed network (or another bus) and the items it costs. Pure: nothing here
 * says whether a remedy works; the study finds out.
 */
import type { LineSection, Network, Transformer } from '#models/district/schema.ts'
import type { CostItem } from './cost-table.ts'
import type { Margin } from './judge.ts'
import { LOW_VOLTAGE_LIMIT_KV } from './voltage-bands.ts'

export type RemedyKind = 'reinforcement' | 'open-point' | 'other-bus' | 'flexible'

export interface Change {
  /** Element that is changed, and into what: a type of cable, a rating, `open`, `closed`, a bus. */
  readonly element: string
  readonly into: string
}

export interface RemedyCandidate {
  readonly kind: RemedyKind
  readonly changes: readonly Change[]
  readonly network: Network
  /** Bus of the connection. */
  readonly busId: string
  readonly items: readonly CostItem[]
}

export interface CableType {
  readonly cable: string
  readonly nominalKv: number
  readonly rOhmPerKm: number
  readonly xOhmPerKm: number
  readonly cUfPerKm: number
  readonly summerA: number
  readonly winterA: number
  readonly costItemPerKm: string
}

export interface TransformerType {
  readonly ratedKva: number
  readonly shortCircuitVoltagePct: number
  readonly shortCircuitResistivePct: number
  readonly noLoadLossKw: number
  readonly noLoadCurrentPct: number
  readonly costItem: string
}

/** From high to medium voltage. */
export interface PrimaryTransformerType extends TransformerType {
  readonly hvKv: number
  readonly lvKv: number
}

export interface Catalogue {
  readonly cables: readonly CableType[]
  /** From medium to low voltage. */
  readonly transformers: readonly TransformerType[]
  readonly primaryTransformers?: readonly PrimaryTransformerType[]
}

export const EVER = '1970-01-01T00:00:00Z'
export const MOST_PARALLEL = 3

/** A larger cable of the catalogue, else one more of the same kind beside it; undefined where neither is known. */
export function largerCable(candidate: RemedyCandidate, sectionId: string, { cables }: Catalogue): RemedyCandidate | undefined {
  const { network } = candidate
  const section = network.lineSections.find((one) => one.id === sectionId)
  if (section === undefined) return undefined
  const nominalKv = nominalKvOf(network, section.from)
  const parallel = section.parallel ?? 1
  const present = Math.min(...section.ratings.map((rating) => rating.winterA)) * parallel
  const fitting = cables.filter((type) => type.nominalKv === nominalKv)
  const larger = fitting.filter((type) => type.winterA > present).sort((a, b) => a.winterA - b.winterA)[0]
  if (larger !== undefined) return withSection(candidate, relaid(section, larger), larger.cable, { item: larger.costItemPerKm, quantity: section.lengthKm })
  const same = fitting.find((type) => type.cable === section.cable)
  if (same === undefined || parallel >= MOST_PARALLEL) return undefined
  return withSection(candidate, { ...section, parallel: parallel + 1 }, `${parallel + 1} x ${section.cable}`, { item: same.costItemPerKm, quantity: section.lengthKm })
}

/** The section with another cable in its trench: what grouping and soil leave of an ampacity stays, what was known of the old cable alone goes. */
export function relaid({ zeroSequence: _zeroSequence, neutral: _neutral, ...section }: LineSection, { cable, rOhmPerKm, xOhmPerKm, cUfPerKm, summerA, winterA }: CableType): LineSection {
  const derating = Math.min(...section.ratings.map((rating) => rating.derating ?? 1))
  return { ...section, cable, rOhmPerKm, xOhmPerKm, cUfPerKm, parallel: 1, ratings: [{ validFrom: EVER, summerA, winterA, ...(derating === 1 ? {} : { derating }) }] }
}

const withSection = (candidate: RemedyCandidate, section: LineSection, into: string, item: CostItem): RemedyCandidate => ({
  ...candidate,
  changes: [...candidate.changes.filter((one) => one.element !== section.id), { element: section.id, into }],
  network: { ...candidate.network, lineSections: candidate.network.lineSections.map((one) => (one.id === section.id ? section : one)) },
  items: [...candidate.items, item],
})

/** The next larger transformer of the catalogue. */
export function largerTransformer(candidate: RemedyCandidate, transformerId: string, { transformers }: Catalogue): RemedyCandidate | undefined {
  const { network } = candidate
  const present = network.transformers.find((one) => one.id === transformerId)
  const larger = transformers.filter((type) => present !== undefined && type.ratedKva > present.ratedKva).sort((a, b) => a.ratedKva - b.ratedKva)[0]
  if (present === undefined || larger === undefined) return undefined
  const swapped = withPlate(present, larger)
  return {
    ...candidate,
    changes: [...candidate.changes.filter((one) => one.element !== transformerId), { element: transformerId, into: `${larger.ratedKva} kVA` }],
    network: { ...network, transformers: network.transformers.map((one) => (one.id === transformerId ? swapped : one)) },
    items: [...candidate.items, { item: larger.costItem, quantity: 1 }],
  }
}

/** Another transformer of the same voltages and vector group in its place. */
export function withPlate(transformer: Transformer, { ratedKva, shortCircuitVoltagePct, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct }: TransformerType): Transformer {
  return { ...transformer, ratedKva, shortCircuitVoltagePct, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct }
}

/**
 * Enlarges what a margin names: the section or transformer itself, and for a voltage the section on the way to the bus with
 * the highest resistance left.
 * @param pathSections sections from the bus up to its transformer
 */
export function enlarged(candidate: RemedyCandidate, margin: Margin, pathSections: readonly string[], catalogue: Catalogue): RemedyCandidate | undefined {
  if (margin.kind === 'voltage-low' || margin.kind === 'voltage-high') {
    const resistance = ({ rOhmPerKm, lengthKm, parallel = 1 }: LineSection) => (rOhmPerKm * lengthKm) / parallel
    const sections = candidate.network.lineSections.filter((one) => pathSections.includes(one.id)).sort((a, b) => resistance(b) - resistance(a))
    for (const { id } of sections) {
      const found = largerCable(candidate, id, catalogue)
      if (found !== undefined) return found
    }
    return undefined
  }
  if ((margin.kind !== 'current' && margin.kind !== 'power') || margin.element === undefined) return undefined
  return largerCable(candidate, margin.element, catalogue) ?? largerTransformer(candidate, margin.element, catalogue)
}

/** A normally open switch closed, and another of the same ring opened in its place: the nearest ones first. */
export function movedOpenPoints(candidate: RemedyCandidate, isClosed: (switchId: string) => boolean, ringOf: (switchId: string) => readonly string[]): RemedyCandidate[] {
  const { network } = candidate
  return network.switches.filter((one) => !isClosed(one.id)).flatMap((open) => {
    const ring = ringOf(open.id)
    return ring.flatMap((section) => network.switches.filter((one) => one.lineSection === section && one.kind !== 'breaker' && isClosed(one.id)).slice(0, 1)).map((other): RemedyCandidate => ({
      ...candidate,
      kind: 'open-point',
      changes: [{ element: open.id, into: 'closed' }, { element: other.id, into: 'open' }],
      network: {
        ...network,
        switches: network.switches.map((one) => (one.id === open.id || one.id === other.id ? { ...one, positions: [{ validFrom: EVER, closed: one.id === open.id }] } : one)),
      },
      items: [{ item: 'switching', quantity: 1 }],
    }))
  })
}

/**
 * Busbars of the substation that feeds the bus, at its own voltage or above: at medium voltage with a station of the customer's
 * own.
 */
export function otherBuses(candidate: RemedyCandidate, substation: string): RemedyCandidate[] {
  const presentKv = nominalKvOf(candidate.network, candidate.busId)
  return candidate.network.busbars.filter((one) => one.substation === substation && one.id !== candidate.busId && one.nominalVoltageKv >= presentKv).map((busbar) => ({
    ...candidate,
    kind: 'other-bus',
    changes: [{ element: candidate.busId, into: busbar.id }],
    busId: busbar.id,
    items: [{ item: busbar.nominalVoltageKv > LOW_VOLTAGE_LIMIT_KV ? 'connection-mv-busbar' : 'connection-lv-busbar', quantity: 1 }],
  }))
}

export const nominalKvOf = (network: Network, busId: string): number =>
  [...network.busbars, ...network.junctions].find((one) => one.id === busId)?.nominalVoltageKv ?? NaN
