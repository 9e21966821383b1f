/**
 * The load flow of the whole demonstration district, every 10 minutes for a year, read back from the store on one core.
 *   npm run bench:replay -- [--json] [--quick] [--data FOLDER]
 * Without --data a history is made in a folder of its own; --quick takes four weeks and prints the year they stand for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDistrict } from '#services/config/load-district.ts'
import { createNetworkSolver } from '#services/evaluation/network-solver.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { replay } from '#services/evaluation/replay.ts'
import { fitTypicalCurves } from '#services/evaluation/typical-curves.ts'
import { makeHistory } from '#services/simulator/history.ts'
import { startService } from '../../e2e/service.ts'
import { watchApi } from './api-beside.ts'
import { openEmbeddedReader } from '#services/store/embedded/reader.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'

const DAY_MS = 86_400_000
const YEAR_DAYS = 365
const QUICK_DAYS = 28
const TO = Date.parse('2026-02-01T00:00:00Z')

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const given = process.argv.includes('--data') ? process.argv[process.argv.indexOf('--data') + 1] : undefined

function print(name: string, value: number, unit: string, aim: string, holds: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'replay', case: name, value, unit, aim, holds })}\n`)
  else process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${name.padEnd(70)} ${Number(value.toPrecision(4))} ${unit} (aim ${aim})\n`)
}

const loaded = await loadDistrict(join(import.meta.dirname, '../../../fixtures/districts/capucins'), process.env)
const { district } = loaded
const days = quick ? QUICK_DAYS : YEAR_DAYS
const folder = given ?? mkdtempSync(join(tmpdir(), 'penfeld-bench-replay-'))
const timeZone = district.timeZone

if (given === undefined) {
  const store = await openEmbeddedStore(folder, { timeZone })
  const ids = new Map<string, number>()
  const names = district.measurementPoints.map(({ id }) => id)
  for (const [i, id] of (await store.register(names)).entries()) ids.set(names[i]!, id)
  for await (const { pointId, at, values, quality } of makeHistory({ district, from: TO - days * DAY_MS, to: TO })) {
    await store.importSeries(ids.get(pointId)!, { at, values, quality }, { recordedAt: TO, source: 'bench' })
  }
  while (await store.maintain(1000));
  await store.close()
}

const measured = await openEmbeddedReader(folder, { timeZone })
const ids = await measured.lookup(district.measurementPoints.map(({ id }) => id))
const newest = (await measured.latest(ids.filter((id) => id > 0))).at.reduce((latest, at) => (at > latest ? at : latest), -Infinity)
const to = given === undefined ? TO : Math.floor(newest / DAY_MS) * DAY_MS
const plan = evaluationPlan(district)
const typical = await fitTypicalCurves(measured, district, plan, to)
// The whole service runs beside it on the same machine, with its own demonstration: its pages must not feel the replay.
const service = await startService({ historyDays: 2 })
const watch = watchApi(service.url)
const begun = performance.now()
const summary = await replay({ loaded, plan, solver: createNetworkSolver(district, plan), typical, measured }, to - days * DAY_MS, to)
const tookS = (performance.now() - begun) / 1000
const answers = await watch.stop()
await service.stop()
await measured.close()
if (given === undefined) rmSync(folder, { recursive: true })

const yearS = (tookS * YEAR_DAYS) / days
print(`a year of 10-minute steps${quick ? `, from ${days} days` : ''}: read, estimate, load flow`, yearS, 's', '< 60', yearS < 60)
print('of it reading from the store', (summary.readMs / 1000) * (YEAR_DAYS / days), 's', 'shown', true)
print('steps that settled', (100 * summary.settledSteps) / summary.steps, '%', '100', summary.settledSteps === summary.steps)
print('closure of the model, worst step', summary.closurePct, '%', '<= 0.1', summary.closurePct <= 0.1)
print('measured balance residual at the heads (town included)', summary.residualPct, '%', 'shown', true)
const p99 = answers[Math.floor(answers.length * 0.99)]!
print(`answer time of the API beside it, p99 of ${answers.length}`, p99, 'ms', '<= 50', p99 <= 50)
