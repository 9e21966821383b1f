import { solveOutages } from '#models/contingency/outage-year.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { serveTasks } from '#services/compute/thread.ts'
import type { ContingencyTasks } from './contingency.ts'

serveTasks<ContingencyTasks>({ solveOutages: async (task) => solveOutages(task, loadFlowKernel()) })
