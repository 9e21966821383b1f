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

/** Where to look for the newest step before falling back to the newest run, however old. */
const RECENT_MS = 6 * 3_600_000
const RUNS_TO_LOOK_BACK = 50

/**
 * The newest step of a kind and the run it came from. The newest run is not always it: late values make an older
 * interval be computed again.
 */
export async function newestState(runs: RunReader, kind: RunKind, now: number): Promise<{ head: RunHead; state: NetworkState } | undefined> {
  const newestRun = await runs.latest(kind)
  if (newestRun === undefined) return undefined
  const recent = (await runs.states(kind, now - RECENT_MS, now + 1)).at(-1)
  const state = recent ?? (await runs.states(kind, newestRun.to - RECENT_MS, newestRun.to + 1)).at(-1)
  return state && { head: await runOf(runs, newestRun, state.at), state }
}

async function runOf(runs: RunReader, newest: RunHead, at: number): Promise<RunHead> {
  for (let runId = newest.runId; runId > Math.max(0, newest.runId - RUNS_TO_LOOK_BACK); runId -= 1) {
    const head = await runs.head(runId)
    if (head?.kind === newest.kind && head.from <= at && at <= head.to) return head
  }
  return newest
}
