import { Worker } from 'node:worker_threads'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** What a pool's workers can do: the name of each task with its input and its result. */
export type TaskMap = Record<string, { input: unknown; result: unknown }>

export interface Pool<Tasks extends TaskMap> {
  /** Runs on the first free worker; rejects with the error of the task, or retryably if the worker died. */
  run<Name extends keyof Tasks & string>(name: Name, input: Tasks[Name]['input'], onProgress?: (share: number, stage?: string) => void): Promise<Tasks[Name]['result']>
  stop(): Promise<void>
}

export interface TaskRequest { readonly id: number; readonly name: string; readonly input: unknown }
export type TaskAnswer =
  | { readonly id: number; readonly progress: number; readonly stage?: string }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly retryable: boolean } }

interface Waiting {
  readonly request: TaskRequest
  readonly onProgress: ((share: number, stage?: string) => void) | undefined
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** The failure of a task as its caller sees it: the message of the thread's error, code included. */
export class TaskError extends Error {
  readonly retryable: boolean
  constructor(message: string, retryable: boolean) {
    super(message)
    this.name = 'TaskError'
    this.retryable = retryable
  }
}

/**
 * A few threads that run one task each at a time. A thread that dies fails its task as retryable and is replaced; it
 * never takes the process with it. `setup` is handed to every thread when it starts.
 */
export function openPool<Tasks extends TaskMap>(workerFile: URL, size: number, setup: unknown): Pool<Tasks> {
  const queue: Waiting[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  let started = 0
  let nextId = 1
  let stopped = false

  const startThread = () => {
    const thread = new Worker(workerFile, { workerData: setup })
    started += 1
    thread.on('message', (answer: TaskAnswer) => {
      const task = busy.get(thread)
      if (task === undefined || task.request.id !== answer.id) return
      if ('progress' in answer) {
        task.onProgress?.(answer.progress, answer.stage)
        return
      }
      busy.delete(thread)
      idle.push(thread)
      if ('error' in answer) task.reject(new TaskError(answer.error.message, answer.error.retryable))
      else task.resolve(answer.result as never)
      next()
    })
    const lost = (why: string) => {
      if (!threads.delete(thread)) return
      started -= 1
      const place = idle.indexOf(thread)
      if (place >= 0) idle.splice(place, 1)
      busy.get(thread)?.reject(new PenfeldError('PF_COMPUTE_THREAD_LOST', `The thread ended: ${why}.`))
      busy.delete(thread)
      if (!stopped) next()
    }
    thread.on('error', (error) => lost(error.message))
    thread.on('exit', (code) => lost(`exit code ${code}`))
    threads.add(thread)
    idle.push(thread)
  }
  const threads = new Set<Worker>()

  const next = () => {
    if (queue.length === 0) return
    if (idle.length === 0 && started < size) startThread()
    const thread = idle.pop()
    if (thread === undefined) return
    const task = queue.shift()!
    busy.set(thread, task)
    thread.postMessage(task.request)
    next()
  }

  return {
    run(name, input, onProgress) {
      if (stopped) return Promise.reject(new PenfeldError('PF_COMPUTE_THREAD_LOST', 'The service is stopping.'))
      return new Promise((resolve, reject) => {
        queue.push({ request: { id: nextId++, name, input }, onProgress, resolve, reject })
        next()
      })
    },
    async stop() {
      stopped = true
      for (const { reject } of queue.splice(0)) reject(new PenfeldError('PF_COMPUTE_THREAD_LOST', 'The service is stopping.'))
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}
