import { measuredSeries } from './measured-series.ts'
import { run, windowOf } from './protocol.ts'
import { ROLLING_OPTIONS } from '#models/forecast/rolling.ts'
const [name, back] = process.argv.slice(2)
const s = measuredSeries(name!)
const r = run(s, windowOf(s, +back!), { ...ROLLING_OPTIONS, refitDays: 56 }) as any
for (const d of r.perDay) console.log(d)
