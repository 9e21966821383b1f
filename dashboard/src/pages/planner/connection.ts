import type { ConnectionStudyView, RemedyView } from '#contract/connection-study.ts'
import type { PlannerNetwork } from '#contract/planner.ts'
import { sayLimit, type LimitWords } from './connection-limit.ts'

export interface ConnectionChoice {
  readonly node: string
  readonly kva: number
  readonly profile: string
  readonly tanPhi: number
}

const SEPARATOR = '~'

/** The question in the address of the page, so that a link shows the same study. */
export const writeChoice = ({ node, kva, profile, tanPhi }: ConnectionChoice): string => [node, kva, profile, tanPhi].join(SEPARATOR)

export function readChoice(text: string | undefined): ConnectionChoice | undefined {
  const [node, kva, profile, tanPhi] = text?.split(SEPARATOR) ?? []
  const numbers = [Number(kva), Number(tanPhi)]
  if (!node || !profile || !(numbers[0] > 0) || !Number.isFinite(numbers[1])) return undefined
  return { node, kva: numbers[0], profile, tanPhi: numbers[1] }
}

/** Places to connect to, by substation: its busbars, then the junctions of its feeders. */
export function connectionPlaces({ substations, busbars, junctions }: PlannerNetwork): { readonly name: string; readonly nodes: readonly string[] }[] {
  return substations.map(({ id, name }) => ({
    name,
    nodes: [...busbars.filter((one) => one.substation === id).map((one) => one.id), ...junctions.filter((one) => one.id.startsWith(`${id}.`)).map((one) => one.id)],
  })).filter(({ nodes }) => nodes.length > 0)
}

/** The answer in one sentence. */
export function conclusion(study: ConnectionStudyView, words: LimitWords & ConclusionWords, say: { apparent(kva: number): string }): string {
  const asked = say.apparent(study.kva)
  if (study.holds) return words.fits(asked, study.node)
  const fits = say.apparent(study.fitsFirmKva)
  const limit = study.binding === null ? words.noLimitKnown : sayLimit(study.binding, words)
  if ([study.normal, ...study.outages].some(({ state, brokenBeforeHours }) => brokenBeforeHours > 0 && state === study.binding?.state)) return words.alreadyBroken(asked, limit)
  return study.normal.holds ? words.fitsUnlessOutage(asked, fits, limit) : words.tooMuch(asked, fits, limit)
}

export interface ConclusionWords {
  fits(asked: string, node: string): string
  fitsUnlessOutage(asked: string, fits: string, limit: string): string
  alreadyBroken(asked: string, limit: string): string
  tooMuch(asked: string, fits: string, limit: string): string
  readonly noLimitKnown: string
}

/** What a remedy changes, in the words of the document: `R01 → 2 x 240 Al`. */
export const remedyChanges = ({ changes }: RemedyView): string => changes.map(({ element, into }) => `${element} → ${into}`).join(', ')
