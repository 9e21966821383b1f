import { measuredSeries } from './measured-series.ts'
import { run, windowOf } from './protocol.ts'
import { ROLLING_OPTIONS } from '#models/forecast/rolling.ts'
const [names, backs, refit] = process.argv.slice(2)
for (const name of names!.split(',')) for (const back of backs!.split(',').map(Number)) {
  const s = measuredSeries(name)
  const r = run(s, windowOf(s, back), { ...ROLLING_OPTIONS, refitDays: +(refit ?? 28) })
  console.log(name, back, 'mae', r.mae.toPrecision(5), 'of naive', (r.mae / r.naive.mae).toFixed(4), 'peak', r.peakErrorPct.toFixed(2), 'pin', r.pinballPct.toFixed(3), 'cov', r.cover90Pct.toFixed(1), 'members', r.members.map((m) => m.mae.toPrecision(4)).join(' '), 's', r.seconds.toFixed(0))
}
