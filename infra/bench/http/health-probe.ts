/** Asks for health twenty times a second until told to end, then tells how long each answer took (ms). An error counts as ten seconds. */
import { parentPort, workerData } from 'node:worker_threads'

const { url } = workerData as { url: string }
const EVERY_MS = 50
const ERROR_MS = 10_000
const delays: number[] = []
let ended = false
parentPort!.once('message', () => { ended = true })
while (!ended) {
  const begun = performance.now()
  const ok = await fetch(url, { signal: AbortSignal.timeout(ERROR_MS) }).then((response) => response.arrayBuffer().then(() => response.ok)).catch(() => false)
  delays.push(ok ? performance.now() - begun : ERROR_MS)
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - begun))))
}
parentPort!.postMessage(delays)
