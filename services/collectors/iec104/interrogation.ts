import { stationAsdu, type Asdu } from './asdu.ts'
import type { Settings } from './settings.ts'
import { CAUSE } from './types.ts'

/** What is asked for: all values that hold now, or the counters. Nothing else is ever sent to a station. */
export type Question = 'interrogation' | 'counter-interrogation'

const TYPE_ID: Readonly<Record<Question, number>> = { interrogation: 100, 'counter-interrogation': 101 }
/** The whole station; all counters, read without freezing or resetting them. */
const QUALIFIER: Readonly<Record<Question, number>> = { interrogation: 20, 'counter-interrogation': 5 }
/** Causes of the values that answer. */
const ANSWERS: Readonly<Record<Question, readonly [number, number]>> = { interrogation: [20, 36], 'counter-interrogation': [37, 41] }
/** So many times t1 without a word, and the next station is asked. */
const PATIENCE = 2

interface Asked {
  readonly question: Question
  readonly station: number
}

export interface InterrogatorEvents {
  send(asdu: Uint8Array): void
  onRefused(question: Question, station: number, why: 'refused' | 'unanswered'): void
  /** Everything asked for so far has been answered or refused. */
  onDone(): void
}

/** Asks stations one after the other: many cannot answer two questions at once. */
export class Interrogator {
  readonly #events: InterrogatorEvents
  readonly #settings: Pick<Settings, 'layout' | 'originator' | 'timers'>
  #waiting: Asked[] = []
  #asked: Asked | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(settings: Pick<Settings, 'layout' | 'originator' | 'timers'>, events: InterrogatorEvents) {
    this.#settings = settings
    this.#events = events
  }

  /** A question that waits already is not asked twice. */
  ask(question: Question, stations: readonly number[]): void {
    for (const station of stations) {
      if (!this.#waiting.some((each) => each.question === question && each.station === station)) this.#waiting.push({ question, station })
    }
    if (this.#asked === undefined) this.#next()
  }

  /** Sees every ASDU: the answer goes on as long as values of it come. */
  take({ type, cause, isNegative, commonAddress }: Asdu): void {
    const asked = this.#asked
    if (asked === undefined || asked.station !== commonAddress) return
    const [first, last] = ANSWERS[asked.question]
    if (cause >= first && cause <= last) this.#timer?.refresh()
    if (type.kind !== asked.question) return
    if (isNegative || (cause >= CAUSE.unknownFirst && cause <= CAUSE.unknownLast)) this.#close('refused')
    else if (cause === CAUSE.activationEnd) this.#close()
    else if (cause === CAUSE.activationConfirm) this.#timer?.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waiting = []
    this.#asked = undefined
  }

  #close(why?: 'refused' | 'unanswered'): void {
    clearTimeout(this.#timer)
    if (why !== undefined) this.#events.onRefused(this.#asked!.question, this.#asked!.station, why)
    this.#next()
  }

  #next(): void {
    this.#asked = this.#waiting.shift()
    if (this.#asked === undefined) return this.#events.onDone()
    const { question, station } = this.#asked
    this.#timer = setTimeout(() => this.#close('unanswered'), PATIENCE * this.#settings.timers.t1S * 1_000)
    this.#events.send(stationAsdu(TYPE_ID[question], CAUSE.activation, station, this.#settings.originator, [QUALIFIER[question]], this.#settings.layout))
  }
}
