import { parentPort, workerData } from 'node:worker_threads'
import { QUALITY } from '#models/units/quality.ts'
import { createField } from './field.ts'
import { CHUNKS_AHEAD } from './history.ts'
import type { FromHistoryWorker, HistoryRequest } from './history.ts'
import type { LocalDay } from './truth/calendar.ts'

/** Makes a month of truth day by day, and hands it over series by series. */
const port = parentPort!
const { district, from, to, seed } = workerData as Required<HistoryRequest>
const field = createField(district, { seed })
const { days } = field.truth

let ahead = 0
let wake = () => {}
port.on('message', () => {
  ahead--
  wake()
})

for (const month of monthsNewestFirst()) {
  const columns = field.points.map(({ historyStepS }) => {
    const room = Math.ceil((month.at(-1)!.end - month[0].start) / (historyStepS * 1_000)) + 1
    return { at: new Float64Array(room), values: new Float64Array(room), used: 0 }
  })
  for (const day of month) {
    const truth = field.truth.on(day.epochDay)
    field.points.forEach((one, index) => {
      const column = columns[index]
      if (one.delivery.deliveredAt(day) > to) return
      column.used = field.writeDay(one, truth, from, to, column.at, column.values, column.used)
    })
  }
  const progress = (to - Math.max(from, month[0].start)) / (to - from)
  for (let index = 0; index < columns.length; index++) {
    const { at, values, used } = columns[index]
    if (used === 0) continue
    const { point, provenance } = field.points[index]
    const chunk = { pointId: point.id, at: at.slice(0, used), values: values.slice(0, used), quality: new Uint8Array(used).fill(QUALITY.measured), provenance, progress }
    while (ahead >= CHUNKS_AHEAD) await new Promise<void>((resolve) => (wake = resolve))
    ahead++
    port.postMessage({ chunk } satisfies FromHistoryWorker, [chunk.at.buffer, chunk.values.buffer, chunk.quality.buffer])
  }
}
port.postMessage({ end: true } satisfies FromHistoryWorker)

function monthsNewestFirst(): LocalDay[][] {
  const months: LocalDay[][] = []
  for (let day = days.at(from); day.start < to; day = days.day(day.epochDay + 1)) {
    if (months.length === 0 || months.at(-1)![0].month !== day.month) months.push([])
    months.at(-1)!.push(day)
  }
  return months.reverse()
}
