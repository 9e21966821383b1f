/** A field in a process of its own: an OPC-UA server that writes down what it produces before it shows it, and keeps it over every kill. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { startTestServer } from '#services/collectors/opcua/server.testkit.ts'
import { openLedger, readLedger } from '../lab/ledger.ts'
import { nodeOf, type FieldSettings, type FieldStats } from './settings.ts'

/** Read anew at each start, so that a server can come back as another one. */
const settings = JSON.parse(readFileSync(process.argv[2], 'utf8')) as FieldSettings
const { points, stepMs, gone, ledgerFile, statsFile } = settings

const kept = Array.from({ length: points }, () => ({ at: [] as number[], values: [] as number[] }))
const before = readLedger(ledgerFile)
before.points.forEach((point, row) => {
  kept[point].at.push(before.at[row])
  kept[point].values.push(before.values[row])
})
const ledger = openLedger(ledgerFile)

/** First place whose time is not before `time`. */
function placeOf(at: readonly number[], time: number): number {
  let [low, high] = [0, at.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (at[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

const isThere = (point: number): boolean => !gone.includes(point)
const server = await startTestServer({
  port: settings.port, pkiFolder: settings.pkiFolder, nodes: Array.from({ length: points }, (_, point) => (isThere(point) ? nodeOf(point) : '')),
  namespacesBefore: settings.namespacesBefore, decoys: Array.from({ length: points }, (_, point) => nodeOf(point)), forgetsMessages: settings.forgetsMessages,
  ...(settings.history
    ? {
        history: (point: number, from: number, to: number) => {
          const { at, values } = kept[point]
          const [begin, end] = [placeOf(at, from), placeOf(at, to + 1)]
          return { at: at.slice(begin, end), values: values.slice(begin, end) }
        },
      }
    : {}),
})

const shown = Array.from({ length: points }, (_, point) => point).filter(isThere)
let newestAt = before.at.at(-1) ?? 0
let turn = 0
function produce(): void {
  const at = Math.max(Date.now(), newestAt + 1)
  newestAt = at
  turn++
  const values = shown.map((point) => (at % 1_000_000) + point)
  ledger.add(shown, shown.map(() => at), values)
  shown.forEach((point, row) => {
    kept[point].at.push(at)
    kept[point].values.push(values[row])
    server.publish(point, at, values[row])
  })
  if (turn % Math.max(1, Math.round(200 / stepMs)) === 0) {
    const stats: FieldStats = { sessions: server.sessions(), newestAt }
    writeFileSync(`${statsFile}.part`, JSON.stringify(stats))
    renameSync(`${statsFile}.part`, statsFile)
  }
}
// Its beginning is on time whatever a turn takes.
const begunMs = performance.now()
let turns = 0
const timer = setInterval(() => {
  for (; turns * stepMs < performance.now() - begunMs; turns++) if (turns * stepMs > performance.now() - begunMs - 2 * stepMs) produce()
}, stepMs / 2)
process.once('SIGUSR2', () => clearInterval(timer))
process.once('SIGTERM', () => {
  clearInterval(timer)
  ledger.close()
  void server.stop().then(() => process.exit(0))
})
process.stdout.write('field is up\n')
