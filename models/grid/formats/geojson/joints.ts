/** Which ends of sections meet: in posts, with each other, or where an answer says so. Levels never meet but in a post. */
import { TurnedSets } from '../../circuit/turned-sets.ts'
import { type NetworkFault, networkError, networkWarning } from '../../network-fault.ts'
import type { Post, Section } from './features.ts'
import { alongM, distanceM, NearIndex, nearestOnCourse, type Position } from './geometry.ts'
import type { Questions } from './questions.ts'

export type LevelSection = Section & { readonly level: string }

/** A section, or what lies between two places where others join it. */
export interface Piece {
  readonly section: LevelSection
  readonly id: string
  readonly from: string
  readonly to: string
  readonly drawnM: number
  /** Of the drawn length of the whole section. */
  readonly share: number
  /** Ends in a post, where a switch is. */
  readonly fromPost: boolean
  readonly toPost: boolean
  /** Whether its ends are the ends of the section. */
  readonly isFirst: boolean
  readonly isLast: boolean
}
export interface JointBus {
  readonly id: string
  readonly level: string
  readonly position: Position
  readonly post?: Post
}
export interface Joints {
  readonly pieces: readonly Piece[]
  readonly buses: readonly JointBus[]
  /** Bus of each level of each post. */
  readonly postBuses: ReadonlyMap<Post, ReadonlyMap<string, string>>
}

export interface Reach {
  /** Ends so close to each other or to a post meet there. */
  readonly snapM: number
  /** A loose end with something so close is asked about; farther off it is a dead end. */
  readonly doubtM: number
}

interface Node {
  readonly section?: LevelSection
  readonly post?: Post
  readonly level: string
  readonly position: Position
  readonly alongM: number
}

export function joinSections(sections: readonly LevelSection[], posts: readonly Post[], questions: Questions, reach: Reach, faults: NetworkFault[]): Joints {
  const nodes: Node[] = sections.flatMap((section) => {
    const along = alongM(section.course)
    const last = section.course.length - 1
    return [{ section, level: section.level, position: section.course[0], alongM: 0 }, { section, level: section.level, position: section.course[last], alongM: along[last] }]
  })
  const endCount = nodes.length
  const pairs: [number, number][] = []
  const inPost = new Set<number>()
  const postNodes = new Map<Post, Map<string, number>>()
  const cuts = new Map<LevelSection, number[]>()
  const rowOf = new Map(sections.map((section, k) => [section, k]))
  const middleLatitude = nodes.length === 0 ? 0 : nodes.reduce((sum, node) => sum + node.position[1], 0) / nodes.length

  const postNode = (post: Post, level: string): number => {
    const levels = postNodes.get(post) ?? new Map<string, number>()
    postNodes.set(post, levels)
    const known = levels.get(level)
    if (known !== undefined) return known
    levels.set(level, nodes.length)
    return nodes.push({ post, level, position: post.position, alongM: 0 }) - 1
  }
  const joinPost = (node: number, post: Post): void => {
    pairs.push([node, postNode(post, nodes[node].level)])
    inPost.add(node)
  }
  /** The node of a section next to a position: one of its ends, or a cut made there. */
  const nodeOn = (candidates: readonly LevelSection[], position: Position): number => {
    const [{ section, on }] = candidates.map((one) => ({ section: one, on: nearestOnCourse(position, one.course) })).sort((a, b) => a.on.distanceM - b.on.distanceM)
    const first = 2 * (rowOf.get(section) as number)
    if (on.alongM <= reach.snapM) return first
    if (on.alongM >= nodes[first + 1].alongM - reach.snapM) return first + 1
    const cut = nodes.push({ section, level: section.level, position: on.position, alongM: on.alongM }) - 1
    cuts.set(section, [...(cuts.get(section) ?? []), cut])
    return cut
  }

  snapEnds()
  answerEnds()
  answerPosts()
  askLooseEnds()
  return assemble()

  function snapEnds(): void {
    const postIndex = new NearIndex<Post>(reach.snapM, middleLatitude)
    for (const post of posts) postIndex.addPoint(post.position, post)
    const endIndexes = new Map<string, NearIndex<number>>()
    for (let end = 0; end < endCount; end++) {
      const { position, level } = nodes[end]
      const [post] = [...postIndex.near(position)].filter((one) => distanceM(one.position, position) <= reach.snapM).sort((a, b) => distanceM(a.position, position) - distanceM(b.position, position))
      if (post !== undefined) joinPost(end, post)
      const index = endIndexes.get(level) ?? new NearIndex<number>(reach.snapM, middleLatitude)
      endIndexes.set(level, index)
      for (const other of index.near(position)) if (distanceM(nodes[other].position, position) <= reach.snapM && other !== (end ^ 1)) pairs.push([end, other])
      index.addPoint(position, end)
    }
  }

  function answerEnds(): void {
    for (let end = 0; end < endCount; end++) {
      const section = nodes[end].section as LevelSection
      const what = end % 2 === 0 ? 'fromJoins' : 'toJoins'
      const answer = questions.answer([section.id, section.featureId], what)
      if (answer === undefined || answer === 'none') continue
      const post = posts.find((one) => one.id === answer)
      const others = sections.filter((one) => one !== section && (one.id === answer || one.featureId === answer))
      const sameLevel = others.filter((one) => one.level === section.level)
      if (post !== undefined) joinPost(end, post)
      else if (sameLevel.length > 0) pairs.push([end, nodeOn(sameLevel, nodes[end].position)])
      else faults.push(networkError(others.length > 0 ? 'PF_GRID_LEVEL' : 'PF_GRID_REFERENCE', `answers/${section.id}/${what}`, others.length > 0 ? `${answer} is at another level than ${section.id}.` : `There is no other section or post ${answer}.`))
    }
  }

  function answerPosts(): void {
    const index = segmentIndex()
    for (const post of posts) {
      const answer = questions.answer([post.id], 'joins')
      if (answer !== undefined && answer !== 'none') {
        const passing = sections.filter((one) => one.id === answer || one.featureId === answer)
        if (passing.length > 0) joinPost(nodeOn(passing, post.position), post)
        else faults.push(networkError('PF_GRID_REFERENCE', `answers/${post.id}/joins`, `There is no section ${answer}.`))
      } else if (!postNodes.has(post)) {
        if (answer === undefined && hasNear(index, post.position)) questions.ask([post.id], 'joins', post.id)
        else faults.push(networkWarning('PF_GRID_UNFED', `posts/${post.id}`, 'No section comes near it: it was left out.', 'Add the section that feeds it.'))
      }
    }
  }

  function askLooseEnds(): void {
    const met = new Set(pairs.flat())
    const index = segmentIndex()
    const postIndex = new NearIndex<Post>(reach.doubtM, middleLatitude)
    for (const post of posts) postIndex.addPoint(post.position, post)
    for (let end = 0; end < endCount; end++) {
      if (met.has(end)) continue
      const { position } = nodes[end]
      const section = nodes[end].section as LevelSection
      const nearPost = [...postIndex.near(position)].some((post) => distanceM(post.position, position) <= reach.doubtM)
      if (nearPost || hasNear(index, position, section)) questions.ask([section.featureId, section.id], end % 2 === 0 ? 'fromJoins' : 'toJoins', section.id)
    }
  }

  function segmentIndex(): NearIndex<LevelSection> {
    const index = new NearIndex<LevelSection>(reach.doubtM, middleLatitude)
    for (const section of sections) section.course.slice(1).forEach((end, k) => index.addSegment(section.course[k], end, section))
    return index
  }

  /** @param of the section whose end is looked at: others of its level count */
  function hasNear(index: NearIndex<LevelSection>, position: Position, of?: LevelSection): boolean {
    return [...index.near(position)].some((one) => one !== of && (of === undefined || one.level === of.level) && nearestOnCourse(position, one.course).distanceM <= reach.doubtM)
  }

  function assemble(): Joints {
    const sets = new TurnedSets(nodes.length)
    for (const [a, b] of pairs) sets.join(a, b)
    const postOfRoot = new Map<number, Post>()
    nodes.forEach(({ post }, k) => { if (post !== undefined && !postOfRoot.has(sets.find(k))) postOfRoot.set(sets.find(k), post) })
    const busOfRoot = new Map<number, JointBus>()
    const busOf = (node: number): string => {
      const root = sets.find(node)
      const known = busOfRoot.get(root)
      if (known !== undefined) return known.id
      const { section, level, position } = nodes[node]
      const post = postOfRoot.get(root)
      const bus: JointBus = { id: `${post?.id ?? `${section?.id}:${Math.round(nodes[node].alongM)}m`} ${level}`, level, position: post?.position ?? position, ...(post && { post }) }
      busOfRoot.set(root, bus)
      return bus.id
    }
    const pieces = sections.flatMap((section, s): Piece[] => {
      const inner = [...(cuts.get(section) ?? [])].sort((a, b) => nodes[a].alongM - nodes[b].alongM)
      const stops = [2 * s, ...inner, 2 * s + 1]
      const wholeM = nodes[2 * s + 1].alongM
      return stops.slice(1).map((to, k): Piece => {
        const from = stops[k]
        const drawnM = nodes[to].alongM - nodes[from].alongM
        return {
          section, id: inner.length === 0 ? section.id : `${section.id}/${k + 1}`, from: busOf(from), to: busOf(to), drawnM, share: wholeM === 0 ? 1 : drawnM / wholeM,
          fromPost: inPost.has(from), toPost: inPost.has(to), isFirst: k === 0, isLast: k === stops.length - 2,
        }
      })
    })
    const postBuses = new Map([...postNodes].map(([post, levels]) => [post, new Map([...levels].map(([level, node]) => [level, busOf(node)]))]))
    return { pieces, buses: [...busOfRoot.values()], postBuses }
  }
}
