/** What open data leaves out: each missing value is asked once for the class that shares it, and answered by class or by element. */
import { type NetworkFault, networkError } from '../../network-fault.ts'

/**
 * By id of a section or post, by class (`HTA underground`), or by level (`HTA`): the value of each thing asked. The id goes
 * before the class.
 */
export type Answers = Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>
/** Values of each type of cable or transformer that answers name. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface NetworkQuestion {
  readonly code: 'PF_NETWORK_INCOMPLETE'
  /** Key under which it is answered: class, level or id; `catalogue/TYPE` for a value of a type. */
  readonly place: string
  readonly what: string
  readonly unit: string
  /** Without it there is no load flow; the others limit what may be concluded. */
  readonly needed: boolean
  readonly text: string
  /** Ids of all that it is about. */
  readonly concerns: readonly string[]
}

type Kind = 'number' | 'above 0' | 'text' | 'switch' | 'above 0 or ideal'
interface Thing {
  readonly unit: string
  readonly kind: Kind
  readonly needed: boolean
  readonly text: string
}
const thing = (unit: string, text: string, { kind = 'number', needed = true }: { kind?: Kind; needed?: boolean } = {}): Thing => ({ unit, text, kind, needed })

export const THINGS = {
  level: thing('name of a level', 'At which voltage level is it?', { kind: 'text' }),
  nominalKv: thing('kV', 'What is the nominal voltage of this level?', { kind: 'above 0' }),
  type: thing('name in the catalogue', 'Which cable or conductor is it?', { kind: 'text' }),
  rOhmPerKm: thing('ohm/km', 'What is its resistance?'),
  xOhmPerKm: thing('ohm/km', 'What is its reactance?'),
  cUfPerKm: thing('uF/km', 'What is its capacitance?'),
  ampacityA: thing('A', 'Which current does it carry?', { kind: 'above 0', needed: false }),
  lengthKm: thing('km', 'How long is it, if not as drawn?', { kind: 'above 0', needed: false }),
  switchesClosed: thing('true or false', 'Do the switches at its ends in posts normally stand closed?', { kind: 'switch' }),
  fromClosed: thing('true or false', 'Does the switch at its first end stand closed?', { kind: 'switch' }),
  toClosed: thing('true or false', 'Does the switch at its last end stand closed?', { kind: 'switch' }),
  fromJoins: thing('id of a post or section, or none', 'Its first end meets nothing, but something is close by: what does it join?', { kind: 'text' }),
  toJoins: thing('id of a post or section, or none', 'Its last end meets nothing, but something is close by: what does it join?', { kind: 'text' }),
  joins: thing('id of a section, or none', 'No section ends at this post: which one passes through it?', { kind: 'text' }),
  transformerType: thing('name in the catalogue', 'Which transformer is it?', { kind: 'text' }),
  ratedKva: thing('kVA', 'What is its rated power?', { kind: 'above 0' }),
  shortCircuitVoltagePct: thing('%', 'What is its short-circuit voltage?'),
  copperLossKw: thing('kW', 'What are its copper losses at rated current?'),
  noLoadLossKw: thing('kW', 'What are its no-load losses?'),
  noLoadCurrentPct: thing('%', 'What is its no-load current?'),
  clock: thing('h', 'Which clock number has its vector group?'),
  source: thing('name of a level', 'Which post feeds the network, at which level?', { kind: 'text' }),
  voltagePu: thing('pu', 'Which voltage does this source hold?', { kind: 'above 0' }),
  shortCircuitMva: thing('MVA, or ideal', 'What is the short-circuit power of this source?', { kind: 'above 0 or ideal' }),
  rxRatio: thing('1', 'What is R/X of this source? 0.1 is taken if nobody says.', { needed: false }),
  activeKw: thing('kW', 'What does the post draw? Nothing is taken if nobody says.', { needed: false }),
  reactiveKvar: thing('kvar', 'Which reactive power does the post draw? None is taken if nobody says.', { needed: false }),
} as const satisfies Readonly<Record<string, Thing>>
export type What = keyof typeof THINGS

export class Questions {
  readonly #answers: Answers
  readonly #catalogue: Catalogue
  readonly #open = new Map<string, { readonly place: string; readonly what: What; readonly concerns: Set<string> }>()

  constructor(answers: Answers, catalogue: Catalogue) {
    this.#answers = answers
    this.#catalogue = catalogue
  }

  /** @param keys under which it may be answered, the most particular first */
  answer(keys: readonly string[], what: What): number | string | boolean | undefined {
    for (const key of keys) {
      const value = this.#answers[key]?.[what]
      if (value !== undefined) return value
    }
    return undefined
  }

  /** The answer, or undefined and the question for the last of the keys. `T` is what the thing is checked to be. */
  ask<T extends number | string | boolean>(keys: readonly string[], what: What, concerned: string): T | undefined {
    const value = this.answer(keys, what)
    if (value === undefined) this.#add(keys[keys.length - 1], what, concerned)
    return value as T | undefined
  }

  /**
   * Values of something that has a type: answered by themselves, or those of its type in the catalogue.
   * Asked is the type as long as it is not known, then what its entry leaves out.
   */
  typed<Name extends What>(keys: readonly string[], typeName: 'type' | 'transformerType', names: readonly Name[], concerned: string): Partial<Record<Name, number>> {
    const type = this.answer(keys, typeName) as string | undefined
    const entry = type === undefined ? undefined : this.#catalogue[type]
    const found: Partial<Record<Name, number>> = {}
    for (const name of names) {
      const value = this.answer(keys, name) ?? entry?.[name]
      if (value !== undefined) found[name] = value as number
      else if (type === undefined) this.#add(keys[keys.length - 1], typeName, concerned)
      else this.#add(`catalogue/${type}`, name, concerned)
    }
    return found
  }

  get open(): readonly NetworkQuestion[] {
    return [...this.#open.values()].map(({ place, what, concerns }) => {
      const { unit, needed, text } = THINGS[what]
      return { code: 'PF_NETWORK_INCOMPLETE', place, what, unit, needed, text, concerns: [...concerns] }
    })
  }

  #add(place: string, what: What, concerned: string): void {
    const key = JSON.stringify([place, what])
    const asked = this.#open.get(key)
    if (asked === undefined) this.#open.set(key, { place, what, concerns: new Set([concerned]) })
    else asked.concerns.add(concerned)
  }
}

/** Answers about nothing, to no question, or of the wrong kind, and values in the catalogue that are no numbers. */
export function answerFaults(answers: Answers, catalogue: Catalogue, knownKeys: ReadonlySet<string>): NetworkFault[] {
  const faults: NetworkFault[] = []
  for (const [key, values] of Object.entries(answers)) {
    if (!knownKeys.has(key)) faults.push(networkError('PF_GRID_REFERENCE', `answers/${key}`, 'There is no section, post, class or level of this name.'))
    for (const [what, value] of Object.entries(values)) {
      if (!Object.hasOwn(THINGS, what)) faults.push(networkError('PF_NETWORK_FILE_INVALID', `answers/${key}/${what}`, 'Nobody asks this.', `Use one of ${Object.keys(THINGS).join(', ')}.`))
      else if (!fits(value, THINGS[what as What].kind)) faults.push(networkError('PF_NETWORK_FILE_INVALID', `answers/${key}/${what}`, `It is ${JSON.stringify(value)}.`, `Give ${THINGS[what as What].unit}.`))
    }
  }
  for (const [type, values] of Object.entries(catalogue)) {
    for (const [what, value] of Object.entries(values)) {
      if (!fits(value, Object.hasOwn(THINGS, what) ? THINGS[what as What].kind : 'number')) faults.push(networkError('PF_NETWORK_FILE_INVALID', `catalogue/${type}/${what}`, `It is ${JSON.stringify(value)}.`, 'Give a number of a size that can be.'))
    }
  }
  return faults
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'number': return Number.isFinite(value)
    case 'above 0': return Number.isFinite(value) && (value as number) > 0
    case 'above 0 or ideal': return value === 'ideal' || fits(value, 'above 0')
    case 'switch': return typeof value === 'boolean'
    case 'text': return typeof value === 'string' && value !== ''
  }
}
