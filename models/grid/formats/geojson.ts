/**
 * A network from the open data of a distribution system operator, which shows where lines and posts are and little more (Enedis:
 * one GeoJSON layer for each level and way of laying). Whatever is missing becomes a question; nothing is guessed.
 */
import { referenceFaults } from '../check-references.ts'
import { type NetworkFault, networkError, networkWarning, refuseErrors } from '../network-fault.ts'
import { type Bus, emptyPowerNetwork, type Line, type Load, type PowerNetwork, type TwoWindingTransformer, type VoltageSource } from '../power-network.ts'
import { type GeoJsonLayer, type Post, postsOf, type Section, sectionsOf } from './geojson/features.ts'
import { joinSections, type Joints, type LevelSection, type Piece } from './geojson/joints.ts'
import { answerFaults, type Answers, type Catalogue, type NetworkQuestion, Questions } from './geojson/questions.ts'

export type { GeoJsonLayer } from './geojson/features.ts'
export type { Answers, Catalogue, NetworkQuestion } from './geojson/questions.ts'
export { writeNetworkGeoJson } from './geojson/write.ts'

export interface OpenData {
  readonly sections: readonly GeoJsonLayer[]
  readonly posts: readonly GeoJsonLayer[]
  readonly answers?: Answers
  readonly catalogue?: Catalogue
  readonly name?: string
  /** Ends so close to each other, or to a post, meet there; 1 m if absent. */
  readonly snapM?: number
  /** A loose end with something so close is asked about, one without is a dead end; 20 m if absent. */
  readonly doubtM?: number
}

export interface OpenDataReading {
  /** Only when every question that is needed has its answer. */
  readonly network: PowerNetwork | undefined
  /** Each asked once for all that share the answer; those without which there is no network first. */
  readonly questions: readonly NetworkQuestion[]
  readonly faults: readonly NetworkFault[]
  readonly busCount: number
  readonly drawnKm: number
}

/** A level that says its voltage itself: `20 kV`, `400 V`. */
const VOLTAGE = /^(\d+(?:[.,]\d+)?)\s*(kV|V)$/i

/**
 * Ids that layers lack are their positions, which change with the file: give layers ids before answering by id. Lengths are
 * horizontal (haversine) unless `lengthKm` is answered.
 * @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every fault of layers, answers and catalogue
 */
export function readNetworkGeoJson({ sections: layers, posts: postLayers, answers = {}, catalogue = {}, name = 'open data', snapM = 1, doubtM = 20 }: OpenData): OpenDataReading {
  const faults: NetworkFault[] = []
  const sections = sectionsOf(layers, faults)
  const posts = postsOf(postLayers, faults)
  const questions = new Questions(answers, catalogue)
  const withLevel = sections.flatMap((section): LevelSection[] => {
    const level = (questions.answer([section.id, section.featureId], 'level') as string | undefined) ?? section.level ?? questions.ask<string>([section.id, section.featureId], 'level', section.id)
    return level === undefined ? [] : [{ ...section, level }]
  })
  const levels = [...new Set(withLevel.map((section) => section.level))]
  faults.push(...answerFaults(answers, catalogue, new Set([...levels, ...withLevel.map(classOf), ...sections.flatMap((one) => [one.id, one.featureId]), ...posts.flatMap((post) => [post.id, post.kind])])))
  // Places that are not known cannot be joined: geometry comes only after everything before it is sound.
  refuseErrors('PF_NETWORK_FILE_INVALID', faults, name)

  const joints = joinSections(withLevel, posts, questions, { snapM, doubtM }, faults)
  const kvOf = new Map(levels.map((level) => [level, voltageOf(level, questions)]))
  const network: PowerNetwork = {
    ...emptyPowerNetwork(name),
    buses: joints.buses.map((bus): Bus => ({
      id: bus.id, nominalKv: kvOf.get(bus.level) ?? NaN, longitude: bus.position[0], latitude: bus.position[1],
      ...(bus.post && { substation: bus.post.id, ...(bus.post.name !== undefined && { name: bus.post.name }) }),
    })),
    lines: pieces(joints, faults).map((piece) => lineOf(piece, questions)),
    transformers: transformersOf(joints, kvOf, questions),
    sources: sourcesOf(posts, joints, questions, faults),
    loads: loadsOf(joints, kvOf, questions),
  }
  refuseErrors('PF_NETWORK_FILE_INVALID', [...faults, ...referenceFaults(network)], name)
  const open = [...questions.open].sort((a, b) => Number(b.needed) - Number(a.needed))
  return {
    network: open.some((question) => question.needed) ? undefined : network, questions: open, faults,
    busCount: joints.buses.length, drawnKm: joints.pieces.reduce((sum, piece) => sum + piece.drawnM, 0) / 1000,
  }
}

const classOf = (section: Section): string => [section.level, section.kind].filter(Boolean).join(' ')

function voltageOf(level: string, questions: Questions): number | undefined {
  const [, digits, unit] = VOLTAGE.exec(level) ?? []
  if (digits !== undefined) return Number(digits.replace(',', '.')) / (unit.toLowerCase() === 'v' ? 1000 : 1)
  return questions.ask<number>([level], 'nominalKv', level)
}

function pieces({ pieces: all }: Joints, faults: NetworkFault[]): readonly Piece[] {
  return all.filter((piece) => {
    if (piece.from !== piece.to) return true
    faults.push(networkWarning('PF_GRID_REFERENCE', `sections/${piece.id}`, `Both its ends are at ${piece.from}: it was left out.`, 'Draw it as it lies, or ask for a smaller `snapM`.'))
    return false
  })
}

function lineOf(piece: Piece, questions: Questions): Line {
  const { section, share } = piece
  const keys = [piece.id, section.id, section.featureId, classOf(section)]
  const values = questions.typed(keys, 'type', ['rOhmPerKm', 'xOhmPerKm', 'cUfPerKm', 'ampacityA'], section.id)
  const answeredKm = questions.answer([section.id, section.featureId], 'lengthKm') as number | undefined
  const lengthKm = answeredKm === undefined ? piece.drawnM / 1000 : answeredKm * share
  const type = questions.answer(keys, 'type') as string | undefined
  const closed = (inPost: boolean, isOuter: boolean, what: 'fromClosed' | 'toClosed'): boolean => {
    if (!inPost) return true
    const own = isOuter ? questions.answer(keys, what) : undefined
    return (own ?? questions.ask<boolean>(keys, 'switchesClosed', section.id) ?? false) === true
  }
  return {
    id: piece.id, from: piece.from, to: piece.to, fromClosed: closed(piece.fromPost, piece.isFirst, 'fromClosed'), toClosed: closed(piece.toPost, piece.isLast, 'toClosed'), lengthKm,
    rOhm: (values.rOhmPerKm ?? NaN) * lengthKm, xOhm: (values.xOhmPerKm ?? NaN) * lengthKm, cUf: (values.cUfPerKm ?? NaN) * lengthKm,
    ...(values.ampacityA !== undefined && { summerA: values.ampacityA, winterA: values.ampacityA }), ...(type !== undefined && { type }),
  }
}

/** Between the levels that meet in a post, from the highest down. */
function transformersOf({ postBuses }: Joints, kvOf: ReadonlyMap<string, number | undefined>, questions: Questions): TwoWindingTransformer[] {
  return [...postBuses].flatMap(([post, buses]) => {
    const levels = descending(buses, kvOf)
    return levels.slice(1).map((low, k): TwoWindingTransformer => {
      const high = levels[k]
      const values = questions.typed([post.id, post.kind], 'transformerType', ['ratedKva', 'shortCircuitVoltagePct', 'copperLossKw', 'noLoadLossKw', 'noLoadCurrentPct', 'clock'], post.id)
      const of = (what: keyof typeof values) => values[what] ?? NaN
      return {
        id: `${post.id} ${high}/${low}`, from: buses.get(high) as string, to: buses.get(low) as string, fromClosed: true, toClosed: true, fromKv: kvOf.get(high) ?? NaN, toKv: kvOf.get(low) ?? NaN,
        ratedKva: of('ratedKva'), shortCircuitVoltagePct: of('shortCircuitVoltagePct'), copperLossKw: of('copperLossKw'), noLoadLossKw: of('noLoadLossKw'), noLoadCurrentPct: of('noLoadCurrentPct'), clock: of('clock'),
      }
    })
  })
}

function sourcesOf(posts: readonly Post[], { postBuses }: Joints, questions: Questions, faults: NetworkFault[]): VoltageSource[] {
  const found = posts.flatMap((post): VoltageSource[] => {
    const level = questions.answer([post.id], 'source') as string | undefined
    if (level === undefined) return []
    const bus = postBuses.get(post)?.get(level)
    if (bus === undefined) {
      faults.push(networkError('PF_GRID_REFERENCE', `answers/${post.id}/source`, `No section of the level ${level} ends at ${post.id}.`, 'Name a level that the post has.'))
      return []
    }
    const voltagePu = questions.ask<number>([post.id], 'voltagePu', post.id)
    const shortCircuit = questions.ask<number | string>([post.id], 'shortCircuitMva', post.id)
    const rxRatio = typeof shortCircuit === 'number' ? questions.ask<number>([post.id], 'rxRatio', post.id) : undefined
    return [{ id: `${post.id} source`, bus, closed: true, voltagePu: voltagePu ?? NaN, ...(typeof shortCircuit === 'number' && { shortCircuitMva: shortCircuit }), ...(rxRatio !== undefined && { rxRatio }) }]
  })
  if (found.length === 0) for (const post of postBuses.keys()) questions.ask(['(id of a post)'], 'source', post.id)
  return found
}

/** At the lowest level of each post that feeds nothing itself. */
function loadsOf({ postBuses }: Joints, kvOf: ReadonlyMap<string, number | undefined>, questions: Questions): Load[] {
  return [...postBuses].flatMap(([post, buses]): Load[] => {
    if (questions.answer([post.id], 'source') !== undefined) return []
    const [lowest] = descending(buses, kvOf).slice(-1)
    const [activeKw, reactiveKvar] = (['activeKw', 'reactiveKvar'] as const).map((what) => questions.ask<number>([post.id, post.kind], what, post.id))
    return activeKw === undefined && reactiveKvar === undefined ? [] : [{ id: `${post.id} load`, bus: buses.get(lowest) as string, closed: true, activeKw: activeKw ?? 0, reactiveKvar: reactiveKvar ?? 0, kind: 'power' }]
  })
}

const descending = (buses: ReadonlyMap<string, string>, kvOf: ReadonlyMap<string, number | undefined>): string[] =>
  [...buses.keys()].sort((a, b) => (kvOf.get(b) ?? 0) - (kvOf.get(a) ?? 0) || a.localeCompare(b))
