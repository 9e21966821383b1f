/**
 * Disjoint sets of buses with an angle between the members of a set: union-find with potentials. With all angles 0 it says which
 * buses are one (fused); with the shifts of transformers it says by how much each bus of a zone is turned.
 */
export class TurnedSets {
  readonly #parent: Int32Array
  /** Angle against the parent, degrees. */
  readonly #turnDeg: Float64Array

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, k) => k)
    this.#turnDeg = new Float64Array(size)
  }

  /** The representative of the set. */
  find(k: number): number {
    let root = k
    let turnDeg = 0
    while (this.#parent[root] !== root) {
      turnDeg += this.#turnDeg[root]
      root = this.#parent[root]
    }
    // Shorten the way for the next call.
    for (let at = k; this.#parent[at] !== root && at !== root;) {
      const next = this.#parent[at]
      const own = this.#turnDeg[at]
      this.#parent[at] = root
      this.#turnDeg[at] = turnDeg
      turnDeg -= own
      at = next
    }
    return root
  }

  /** Angle of the member against the representative of its set, degrees. */
  turnDeg(k: number): number {
    const root = this.find(k)
    return k === root ? 0 : this.#turnDeg[k]
  }

  /** Joins the sets of a and b so that a leads b by the angle. @returns false if they were one set already: nothing is changed */
  join(a: number, b: number, leadDeg = 0): boolean {
    const rootA = this.find(a)
    const rootB = this.find(b)
    if (rootA === rootB) return false
    const turn = this.turnDeg(a) - this.turnDeg(b) - leadDeg
    // The smaller number stays the representative: buses keep their order when they are fused.
    if (rootA < rootB) {
      this.#parent[rootB] = rootA
      this.#turnDeg[rootB] = turn
    } else {
      this.#parent[rootA] = rootB
      this.#turnDeg[rootA] = -turn
    }
    return true
  }
}
