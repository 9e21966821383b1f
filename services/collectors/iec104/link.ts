import { distance, FrameReader, iFrame, SEQUENCE_NUMBERS, sFrame, uFrame, type Frame, type FrameFault, type UFunction } from './apci.ts'
import type { Timers } from './settings.ts'

/** So many frames may wait for the journal before a server that sends on without being confirmed is cut off. */
const MOST_UNSTORED = 1_024
const TICKS_PER_S = 5

/** Why a connection was given up; all but the last two are faults of the server. */
export type LinkEnd = FrameFault | 'sequence' | 'confirmation' | 'window' | 'unexpected-control' | 'no-answer' | 'closed'

export interface LinkEvents {
  /** An ASDU, and when it is in the journal `stored` is told the number that came with it. */
  onAsdu(asdu: Uint8Array, number: number): void
  onStarted(): void
  onEnd(end: LinkEnd): void
}

/**
 * The transport of IEC 60870-5-104 on one connection, as the controlling station sees it: sequence numbers both ways,
 * STARTDT, STOPDT and TESTFR, the timers t1 and t3. A received frame is only confirmed when `stored` says that its values
 * are safe: neither w nor t2 can make it earlier, and because it comes at once they need not make it later.
 */
export class Link {
  readonly #write: (bytes: Uint8Array) => void
  readonly #events: LinkEvents
  readonly #timers: Timers
  readonly #reader = new FrameReader()
  readonly #ticking: NodeJS.Timeout
  /** Next number of ours, and how far the server has confirmed. */
  #sent = 0
  #confirmed = 0
  /** When each frame that is not confirmed was sent, the oldest first. */
  #sentAt: number[] = []
  #waiting: Uint8Array[] = []
  /** Next number expected of the server, and how far we have confirmed. */
  #expected = 0
  #stored = 0
  #asked: UFunction | undefined
  #askedAt = 0
  #testedAt: number | undefined
  #heardAt = performance.now()
  #onStopped: (() => void) | undefined
  #isOver = false

  constructor(write: (bytes: Uint8Array) => void, timers: Timers, events: LinkEvents) {
    this.#write = write
    this.#timers = timers
    this.#events = events
    this.#ticking = setInterval(() => this.#tick(), Math.min(1_000, (1_000 * Math.min(timers.t1S, timers.t3S)) / TICKS_PER_S))
    this.#ask('startActivate')
  }

  receive(bytes: Uint8Array): void {
    const { frames, fault } = this.#reader.push(bytes)
    for (const frame of frames) {
      if (this.#isOver) return
      this.#heardAt = performance.now()
      this.#take(frame)
    }
    if (fault !== undefined) this.end(fault)
  }

  /** Sends now, or when the window of k frames has room. */
  send(asdu: Uint8Array): void {
    this.#waiting.push(asdu)
    this.#sendWaiting()
  }

  /** Everything up to and with this number is in the journal. */
  stored(number: number): void {
    const next = (number + 1) % SEQUENCE_NUMBERS
    if (this.#isOver || next === this.#stored) return
    this.#stored = next
    this.#write(sFrame(next))
  }

  /** Asks the server to send nothing more; resolves when it has confirmed, or the link is over. */
  stopTransfer(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    this.#waiting = []
    return new Promise((resolve) => {
      this.#onStopped = resolve
      this.#ask('stopActivate')
    })
  }

  end(end: LinkEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#ticking)
    this.#onStopped?.()
    this.#events.onEnd(end)
  }

  #ask(name: UFunction): void {
    this.#asked = name
    this.#askedAt = performance.now()
    this.#write(uFrame(name))
  }

  #take(frame: Frame): void {
    if (frame.format === 'U') return this.#takeControl(frame.function)
    if (!this.#takeConfirmation(frame.received) || frame.format === 'S') return
    if (frame.sent !== this.#expected) return this.end('sequence')
    this.#expected = (this.#expected + 1) % SEQUENCE_NUMBERS
    if (distance(this.#stored, this.#expected) > MOST_UNSTORED) return this.end('window')
    this.#events.onAsdu(frame.asdu, frame.sent)
  }

  #takeControl(name: UFunction): void {
    switch (name) {
      case 'testActivate':
        return this.#write(uFrame('testConfirm'))
      case 'testConfirm':
        this.#testedAt = undefined
        return
      case 'startConfirm':
        if (this.#asked !== 'startActivate') return this.end('unexpected-control')
        this.#asked = undefined
        return this.#events.onStarted()
      case 'stopConfirm':
        if (this.#asked !== 'stopActivate') return this.end('unexpected-control')
        this.#asked = undefined
        return this.#onStopped?.()
      default:
        // Only the controlling station starts and stops the transfer.
        return this.end('unexpected-control')
    }
  }

  #takeConfirmation(received: number): boolean {
    const count = distance(this.#confirmed, received)
    if (count > distance(this.#confirmed, this.#sent)) {
      this.end('confirmation')
      return false
    }
    this.#sentAt.splice(0, count)
    this.#confirmed = received
    this.#sendWaiting()
    return true
  }

  #sendWaiting(): void {
    while (!this.#isOver && this.#waiting.length > 0 && distance(this.#confirmed, this.#sent) < this.#timers.k) {
      this.#write(iFrame(this.#sent, this.#stored, this.#waiting.shift()!))
      this.#sent = (this.#sent + 1) % SEQUENCE_NUMBERS
      this.#sentAt.push(performance.now())
    }
  }

  #tick(): void {
    const now = performance.now()
    const late = now - this.#timers.t1S * 1_000
    if ((this.#asked !== undefined && this.#askedAt < late) || (this.#testedAt !== undefined && this.#testedAt < late) || this.#sentAt[0] < late) return this.end('no-answer')
    if (this.#testedAt === undefined && this.#heardAt < now - this.#timers.t3S * 1_000) {
      this.#testedAt = now
      this.#write(uFrame('testActivate'))
    }
  }
}
