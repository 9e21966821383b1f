/** Outages of a year spread over threads. What comes out does not depend on how many there are. */
import type { OutageTask, OutageYear } from '#models/contingency/outage-year.ts'
import { openPool, type Pool } from '#services/compute/pool.ts'

export type ContingencyTasks = { solveOutages: { input: OutageTask; result: readonly OutageYear[] } }
export type ContingencyPool = Pool<ContingencyTasks>

export const openContingencyPool = (threads: number): ContingencyPool => openPool<ContingencyTasks>(new URL('./contingency-thread.ts', import.meta.url), threads, null)

/** Outages of one message: each message prepares the network before the fault again, and threads should end together. */
const OUTAGES_A_TASK = 8

/**
 * @param task its columns over `sharedColumn`, or they are copied for every message
 * @returns in the order of `outageIds`
 */
export async function solveOutagesOnThreads(pool: ContingencyPool, task: OutageTask, outageIds: readonly string[]): Promise<readonly OutageYear[]> {
  const parts: Promise<readonly OutageYear[]>[] = []
  for (let first = 0; first < outageIds.length; first += OUTAGES_A_TASK) {
    parts.push(pool.run('solveOutages', { ...task, outageIds: outageIds.slice(first, first + OUTAGES_A_TASK) }))
  }
  const years = new Map((await Promise.all(parts)).flat().map((year) => [year.id, year]))
  return outageIds.flatMap((id) => years.get(id) ?? [])
}
