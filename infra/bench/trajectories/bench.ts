/**
 * Time of joint trajectories on one core: 1,000 delivery points, 48 hours, 200 scenarios from 100 past issues of which a
 * twentieth is missing; their sums up the tree; a week of 400 elements counted.
 *   node infra/bench/trajectories/bench.ts [--json] [--quick]
 */
import { seeded } from '#models/capacity/random.ts'
import { congestionCounts, countLoadings } from '#models/forecast/congestion.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { hierarchy } from '#models/forecast/reconcile.ts'
import { reconcileTrajectories } from '#models/forecast/trajectory-sums.ts'
import { trajectories, type Trajectories } from '#models/forecast/trajectories.ts'

const json = process.argv.includes('--json')
const runs = process.argv.includes('--quick') ? 2 : 5
const SERIES = 1_000
const STEPS = 48
const ISSUES = 100
const SCENARIOS = 200

/** The fastest of the runs, the first left out: it warms the compiler. */
function bestMs(run: () => void): number {
  let best = Infinity
  for (let k = 0; k <= runs; k += 1) {
    const start = performance.now()
    run()
    if (k > 0) best = Math.min(best, performance.now() - start)
  }
  return best
}

function report(what: string, ms: number, aimMs: number): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'trajectories', case: what, value: Math.round(ms), unit: 'ms', aim: aimMs, holds: ms <= aimMs })}\n`)
  else process.stdout.write(`${what.padEnd(72)} ${String(Math.round(ms)).padStart(6)} ms (aim ${aimMs})\n`)
}

const random = seeded(1)
const shares = Float32Array.from({ length: ISSUES * SERIES * STEPS }, () => (random() < 0.05 ? NaN : random() + random() - 1))
const forecasts = Array.from({ length: SERIES }, () => ({ nonNegative: true, quantiles: LEVELS.map((level) => new Float64Array(STEPS).fill(10 + 5 * level)) }))
let drawn: Trajectories | undefined
report(`${SCENARIOS} scenarios of ${SERIES} series, ${STEPS} steps, ${ISSUES} past issues`, bestMs(() => { drawn = trajectories(forecasts, { issues: ISSUES, shares }, { scenarios: SCENARIOS }) }), 5_000)

// Ten delivery points an LV feeder, five of those a transformer, four of those a feeder, one district.
const above = (count: number, first: number, each: number) => Array.from({ length: count }, (_, k) => first + Math.floor(k / each))
const tree = hierarchy([...above(1_000, 1_000, 10), ...above(100, 1_100, 5), ...above(20, 1_120, 4), ...above(5, 1_125, 5), -1])
report(`the same up a tree of ${tree.nodes} nodes`, bestMs(() => reconcileTrajectories(tree, drawn!, above(SERIES, 0, 1), new Float64Array(tree.nodes).fill(1))), 5_000)

const counts = congestionCounts(400, 168)
const loadings = Float64Array.from({ length: 400 * 168 }, () => 130 * random())
report(`loadings of 400 elements, 168 steps, ${SCENARIOS} scenarios counted`, bestMs(() => { for (let k = 0; k < SCENARIOS; k += 1) countLoadings(counts, loadings) }), 1_000)
