const KEPT = 64

/**
 * The last frames of one device, by counter and time. The same counter at another time is another frame: the device joined again or its
 * counter began anew. Which frames came is forgotten with the process; the store then knows the values.
 */
export class FrameHistory {
  readonly #frames = new Set<string>()

  has(frameCounter: number, at: number): boolean {
    return this.#frames.has(`${frameCounter} ${at}`)
  }

  /** Called when the frame is stored: what is not may come again. */
  add(frameCounter: number, at: number): void {
    if (this.#frames.size >= KEPT) this.#frames.delete(this.#frames.values().next().value!)
    this.#frames.add(`${frameCounter} ${at}`)
  }
}
