import type { NetworkState, RunHead, RunKind, RunReader } from '#services/evaluation/port.ts'
import { breathe } from '../interval.ts'

/** Reading is synchronous underneath: slices this long keep the event loop free. */
const SLICE_MS = 6 * 3_600_000

/** Hands over the states of an interval slice by slice, so that a month of them never blocks live pages. */
export async function eachState(runs: RunReader, kind: RunKind, from: number, to: number, take: (state: NetworkState) => void): Promise<void> {
  for (let start = from; start < to; start += SLICE_MS) {
    for (const state of await runs.states(kind, start, Math.min(to, start + SLICE_MS))) take(state)
    await breathe()
  }
}

/** The newest step of the newest run of a kind. */
export async function newestState(runs: RunReader, kind: RunKind): Promise<{ head: RunHead; state: NetworkState } | undefined> {
  const head = await runs.latest(kind)
  if (head === undefined) return undefined
  const state = (await runs.statesOf(head.runId)).at(-1)
  return state && { head, state }
}
