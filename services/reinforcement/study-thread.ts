/** A thread of a study: the pure worker over the measured year, with the kernel and the solver of this thread. */
import { workerData } from 'node:worker_threads'
import { buildGrid } from '#models/grid/network.ts'
import { choose } from '#models/reinforcement/choice.ts'
import { baseYearOf } from '#models/reinforcement/frozen-to-base.ts'
import { type StudyWorker, studyWorker, type WorkerMemory } from '#models/reinforcement/study-worker.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { serveTasks } from '#services/compute/thread.ts'
import type { Assumed, StudyTasks, StudyThreadSetup } from './study-tasks.ts'

const { district, frozen, at } = workerData as StudyThreadSetup
const base = baseYearOf(frozen, buildGrid(district.network, at))

let kept: { readonly key: string; readonly worker: StudyWorker } | undefined
const memory: WorkerMemory = { futures: new Map() }
function workerFor({ key, study, temperaturesC, quick }: Assumed): StudyWorker {
  if (kept?.key !== key) kept = { key, worker: studyWorker({ district, study, base, at, temperaturesC }, { kernel: loadFlowKernel() }, quick, memory) }
  return kept.worker
}

serveTasks<StudyTasks>({
  async names(assumed) {
    const { stateNames, elementIds } = workerFor(assumed)
    return { stateNames, elementIds }
  },
  unit: async (input) => workerFor(input).unit(input.ask, input.plan),
  days: async (input) => workerFor(input).days(input.ask),
  'measured-year': async (assumed) => workerFor(assumed).measuredYearKw(),
  loadings: async (input) => workerFor(input).loadings(input.ask),
  choose: async ({ limits, ...problem }) => choose(problem, await highsSolver(), limits),
})
