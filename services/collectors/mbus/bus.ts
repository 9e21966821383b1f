import type { ByteLine } from '../byte-line.ts'
import { FrameReader, type Frame } from './frames.ts'

export type Silence = 'no-answer' | 'disconnected' | 'garbled'

/** One line with many meters: one question at a time, since all of them share two wires. */
export class MBus {
  readonly #line: ByteLine
  readonly #frames = new FrameReader()
  #waiting: { isAnswer(frame: Frame): boolean; end(answer: Frame | Silence): void } | undefined
  #isGarbled = false

  constructor(line: ByteLine) {
    this.#line = line
    line.onBytes((bytes) => {
      const { frames, faults } = this.#frames.push(bytes)
      if (faults.length > 0) this.#isGarbled = true
      const answer = frames.find((frame) => this.#waiting?.isAnswer(frame))
      if (answer !== undefined) this.#waiting!.end(answer)
    })
    line.onEnd(() => this.#waiting?.end('disconnected'))
  }

  get ended(): boolean {
    return this.#line.ended
  }

  /** The first frame that answers, or why there is none after `patienceMs`; never rejects. */
  async ask(request: Uint8Array, isAnswer: (frame: Frame) => boolean, patienceMs: number): Promise<Frame | Silence> {
    if (this.#line.ended) return 'disconnected'
    // What is left of an answer that came too late belongs to nobody.
    this.#frames.clear()
    this.#isGarbled = false
    return new Promise((resolve) => {
      const end = (answer: Frame | Silence) => {
        clearTimeout(timer)
        this.#waiting = undefined
        resolve(answer)
      }
      const timer = setTimeout(() => end(this.#isGarbled || this.#frames.pending > 0 ? 'garbled' : 'no-answer'), patienceMs)
      this.#waiting = { isAnswer, end }
      this.#line.write(request)
    })
  }
}
