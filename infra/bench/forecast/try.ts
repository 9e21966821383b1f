import { dayMarks } from '#models/forecast/day-marks.ts'
import { featureRows } from '#models/forecast/features.ts'
import { fitSlotRidge, ridgeValue } from '#models/forecast/ridge.ts'
import { fitTrees, treesValue, type TreeOptions } from '#models/forecast/boosted-trees.ts'
import { byCell, slotGrid } from '#models/forecast/slot-grid.ts'
import { measuredSeries } from './measured-series.ts'

const arg = (name: string, other: string) => { const at = process.argv.indexOf(`--${name}`); return at < 0 ? other : process.argv[at + 1]! }
const OPT: TreeOptions = { trees: +arg('trees', '150'), leaves: +arg('leaves', '31'), learningRate: +arg('lr', '0.08'), leastWeight: +arg('least', '20'), l2: +arg('l2', '5'), featureShare: +arg('fs', '0.4'), rowShare: +arg('rs', '0.7'), bins: 64, huberQuantile: +arg('huber', '1'), seed: 1 }
const refit = +arg('refit', '84')
const trailing = 28
/** member: kind:options e.g. ridge:half=365:pen=0.01:pool=1 , trees:on=profile , trees:on=0 (member 0) */
const members = arg('m', 'ridge,trees').split(',').map((m) => { const [kind, ...o] = m.split(':'); return { kind, text: m, o: Object.fromEntries(o.map((x) => x.split('='))) as Record<string, string> } })
const labels = ['week', ...members.map(({ text }) => text), 'blend', 'mean', 'nnls']
const total: number[][] = labels.map(() => []), peak: number[][] = labels.map(() => [])
const KNOTS = arg('knots', '0.15,0.4,0.65,0.9').split(',').map(Number)
for (const name of arg('series', 'vic,wpd,wpd_pv').split(',')) {
  const series = measuredSeries(name)
  const { stepS, timeZone, from } = series
  const grid = slotGrid(from, series.values.length, stepS, timeZone)
  const { perDay, days } = grid
  const values = byCell(grid, series.values)
  const availableAt = new Float64Array(values.length).fill(Infinity)
  series.values.forEach((v, i) => { if (!Number.isNaN(v)) availableAt[grid.cellOf[i]!] = from + (i + 1) * stepS * 1000 })
  const marks = dayMarks(grid.firstDay, days, { holidayOf: series.holidayOf })
  const weather = series.weather.map(({ kind, values: w }) => {
    const cells = byCell(grid, w)
    const sorted = cells.filter((v) => !Number.isNaN(v)).sort()
    return { kind, values: cells, knots: KNOTS.map((q) => sorted[Math.floor(q * sorted.length)]!) }
  })
  const rows = featureRows({ grid, marks, values, availableAt, weather, originMinute: 0, leadDays: 0, production: series.kind === 'pv' && !process.argv.includes('--noprod') }, 0, days)
  const F = rows.names.length
  const whole = (d: number) => { let n = 0; for (let s = 0; s < perDay; s++) if (!Number.isNaN(values[d * perDay + s]!)) n++; return n >= perDay * 0.9 }
  let last = days - 1
  while (!whole(last)) last--
  last -= series.daysAfter
  const nn = series.values.every((v) => !(v < 0))
  const target = new Float64Array(values.length)
  const slot = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) { target[i] = values[i]! - rows.profile[i]!; slot[i] = i % perDay }
  for (const back of arg('backs', '60,150,240,330,390').split(',').map(Number)) {
    const testDays = series.kind === 'building' ? 28 : 56
    const firstTest = last + 1 - testDays - back
    if (firstTest < 150) continue
    const weight = new Float64Array(values.length)
    const out = labels.map(() => new Float64Array(values.length).fill(NaN))
    const predict: ((i: number) => number)[] = []
    for (let day = firstTest - trailing; day < firstTest + testDays; day++) {
      if ((day - firstTest + trailing) % refit === 0) {
        const usable: number[] = []
        for (let i = 0; i < day * perDay; i++) if (!Number.isNaN(target[i]!)) usable.push(i)
        const R = Int32Array.from(usable)
        predict.length = 0
        for (const { kind, o } of members) {
          const half = +(o.half ?? 365)
          for (const i of R) weight[i] = 2 ** (-(day - Math.floor(i / perDay)) / half)
          if (kind === 'ridge') {
            const huber = +(o.robust ?? 0)
            if (huber > 0) {
              const first = fitSlotRidge({ features: rows.features, featureCount: F, target, weight, slot, slots: perDay, rows: R }, { penalty: +(o.pen ?? 0.01), poolSlots: +(o.pool ?? 1) })
              const res = Float64Array.from(R, (i) => Math.abs(target[i]! - ridgeValue(first, i % perDay, rows.features, i)))
              // size by slot
              const bySlot = Array.from({ length: perDay }, () => [] as number[])
              R.forEach((i, k) => bySlot[i % perDay]!.push(res[k]!))
              const cut = bySlot.map((l) => l.sort((a, b) => a - b)[Math.floor(huber * l.length)]!)
              R.forEach((i, k) => { if (res[k]! > cut[i % perDay]!) weight[i]! *= cut[i % perDay]! / res[k]! })
            }
            const ridge = fitSlotRidge({ features: rows.features, featureCount: F, target, weight, slot, slots: perDay, rows: R }, { penalty: +(o.pen ?? 0.01), poolSlots: +(o.pool ?? 1) })
            predict.push((i) => ridgeValue(ridge, i % perDay, rows.features, i))
          } else {
            const base = o.on === undefined ? () => 0 : predict[+o.on]!
            const tt = target.slice()
            for (const i of R) tt[i]! -= base(i)
            const opt = { ...OPT }
            for (const k of Object.keys(OPT) as (keyof TreeOptions)[]) if (o[k] !== undefined) (opt as Record<string, number>)[k] = +o[k]!
            const trees = fitTrees({ features: rows.features, featureCount: F, target: tt, weight, rows: R }, opt)
            predict.push((i) => base(i) + treesValue(trees, rows.features, i))
          }
        }
      }
      const M = members.length
      const clip = (v: number) => nn && v < 0 ? 0 : v
      for (let s = 0; s < perDay; s++) {
        const i = day * perDay + s
        out[0]![i] = values[i - 7 * perDay]!
        for (let m = 0; m < M; m++) out[m + 1]![i] = clip(rows.profile[i]! + predict[m]!(i))
      }
      if (day < firstTest) continue
      // weights
      const G = new Float64Array(M * M), b = new Float64Array(M)
      let n = 0
      for (let i = (day - trailing) * perDay; i < day * perDay; i++) {
        const e = Array.from({ length: M }, (_, m) => out[m + 1]![i]! - values[i]!)
        if (e.some(Number.isNaN)) continue
        n++
        for (let p = 0; p < M; p++) for (let q = 0; q < M; q++) G[p * M + q]! += e[p]! * e[q]!
      }
      let w1 = Array.from({ length: M }, (_, m) => 1 / G[m * M + m]!)
      const sw = w1.reduce((a, x) => a + x, 0); w1 = w1.map((x) => x / sw)
      // min w'Gw, w>=0, sum 1, shrunk to w1: projected gradient (exponentiated)
      let w2 = w1.slice()
      let tr = 0; for (let m = 0; m < M; m++) tr += G[m * M + m]! / M
      for (let it = 0; it < 200; it++) {
        const g = w2.map((_, p) => w2.reduce((a, x, q) => a + G[p * M + q]! * x, 0) / tr)
        w2 = w2.map((x, p) => x * Math.exp(-g[p]! * 2))
        const z = w2.reduce((a, x) => a + x, 0); w2 = w2.map((x) => x / z)
      }
      w2 = w2.map((x, p) => 0.5 * x + 0.5 * w1[p]!)
      for (let s = 0; s < perDay; s++) {
        const i = day * perDay + s
        let a = 0, c = 0, d = 0
        for (let m = 0; m < M; m++) { a += w1[m]! * out[m + 1]![i]!; c += out[m + 1]![i]! / M; d += w2[m]! * out[m + 1]![i]! }
        out[M + 1]![i] = a; out[M + 2]![i] = c; out[M + 3]![i] = d
      }
    }
    const score = labels.map((p, m) => {
      let sum = 0, n = 0, pk = 0, pn = 0
      for (let d = firstTest; d < firstTest + testDays; d++) {
        let mf = -Infinity, mr = -Infinity
        for (let s = 0; s < perDay; s++) { const i = d * perDay + s; const e = Math.abs(out[m]![i]! - values[i]!); if (!Number.isNaN(e)) { sum += e; n++; mf = Math.max(mf, out[m]![i]!); mr = Math.max(mr, values[i]!) } }
        if (mr > 0) { pk += Math.abs(mf - mr) / mr; pn++ }
      }
      total[m]!.push(sum / n); peak[m]!.push(pk / pn)
      return `${p} ${(sum / n).toPrecision(4)}`
    })
    if (process.argv.includes('-v')) console.log(name, new Date((grid.firstDay + firstTest) * 864e5).toISOString().slice(0, 10), `F=${F}`, score.join('  '))
  }
}
const gm = (a: number[], b: number[]) => Math.exp(a.reduce((x, v, i) => x + Math.log(v / b[i]!), 0) / a.length)
console.log(labels.map((l, m) => `${l} ${gm(total[m]!, total[0]!).toFixed(4)} (pk ${gm(peak[m]!, peak[0]!).toFixed(3)})`).slice(1).join('\n'))
