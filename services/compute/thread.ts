import { parentPort } from 'node:worker_threads'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { TaskAnswer, TaskMap, TaskRequest } from './pool.ts'

export type TaskHandlers<Tasks extends TaskMap> = {
  readonly [Name in keyof Tasks]: (input: Tasks[Name]['input'], progress: (share: number, stage?: string) => void) => Promise<Tasks[Name]['result']>
}

/** The thread's side of a pool: answers each request with the result of its handler. */
export function serveTasks<Tasks extends TaskMap>(handlers: TaskHandlers<Tasks>): void {
  const port = parentPort
  if (port === null) throw new Error('serveTasks is for worker threads only')
  const answer = (message: TaskAnswer) => port.postMessage(message)
  port.on('message', async ({ id, name, input }: TaskRequest) => {
    try {
      answer({ id, result: await handlers[name]!(input, (progress, stage) => answer({ id, progress, ...(stage === undefined ? {} : { stage }) })) })
    } catch (error) {
      // Faults of the input stay faults; anything unforeseen (a busy file) may pass.
      const retryable = error instanceof PenfeldError ? error.retryable : true
      answer({ id, error: { message: error instanceof PenfeldError ? error.message : `PF_INTERNAL: ${(error as Error).stack ?? String(error)}`, retryable } })
    }
  })
}
