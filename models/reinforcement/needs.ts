/** Everything beyond a limit in one future, in columns: which state, which hour, which element, by how much. */
export interface Needs {
  /** Index of the state: 0 is the normal one, k the outage k - 1 of the case. */
  readonly state: Int16Array
  readonly hour: Int32Array
  /** Branch of the whole network; a bus is `branchCount + bus`. */
  readonly element: Int32Array
  /** kW beyond the limit; of a bus the voltage in pu. NaN: not computed. */
  readonly excess: Float32Array
  /** Loading in % of the limit; of a bus NaN. */
  readonly pct: Float32Array
}

export interface NeedsCollector {
  add(state: number, hour: number, element: number, excess: number, pct: number): void
  take(): Needs
}

export function collectNeeds(): NeedsCollector {
  const state: number[] = [], hour: number[] = [], element: number[] = [], excess: number[] = [], pct: number[] = []
  return {
    add(inState, atHour, of, by, loadingPct) {
      state.push(inState)
      hour.push(atHour)
      element.push(of)
      excess.push(by)
      pct.push(loadingPct)
    },
    take: () => ({ state: Int16Array.from(state), hour: Int32Array.from(hour), element: Int32Array.from(element), excess: Float32Array.from(excess), pct: Float32Array.from(pct) }),
  }
}
