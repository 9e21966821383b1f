/** Asks the running API something small every 20 ms from a thread of its own, while the main thread computes. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const EVERY_MS = 20

export interface ApiWatch {
  /** Answer times in milliseconds, ascending: an upper bound of how long its event loop was busy. */
  stop(): Promise<Float64Array>
}

export function watchApi(url: string): ApiWatch {
  const worker = new Worker(new URL(import.meta.url), { workerData: url })
  return {
    stop: () => new Promise((resolve, reject) => {
      worker.once('message', (times: Float64Array) => { resolve(times); void worker.terminate() })
      worker.once('error', reject)
      worker.postMessage('stop')
    }),
  }
}

if (!isMainThread && typeof workerData === 'string') {
  const times: number[] = []
  let stopped = false
  parentPort!.once('message', () => { stopped = true })
  while (!stopped) {
    const begun = performance.now()
    await (await fetch(`${workerData}/livez`)).text()
    times.push(performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
  parentPort!.postMessage(Float64Array.from(times).sort())
}
