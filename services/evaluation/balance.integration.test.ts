import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TypicalCurve } from '#models/load-curve/typical.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { createField, type Field } from '#services/simulator/field.ts'
import { balance } from './balance.ts'
import { fieldReader } from './field-reader.testkit.ts'
import type { BalanceReport } from './findings.ts'
import { createNetworkSolver, type NetworkSolver } from './network-solver.ts'
import { evaluationPlan, type EvaluationPlan } from './plan.ts'
import { fitTypicalCurves } from './typical-curves.ts'

const WEEK_MS = 7 * 86_400_000
/** What was planted began here; four weeks before and after it are compared. */
const SINCE = Date.parse('2026-02-02T00:00:00+01:00')
const TO = SINCE + 4 * WEEK_MS
/** Typical curves are made from these weeks too. */
const FIRST = SINCE - 6 * WEEK_MS

let loaded: LoadedDistrict
let plan: EvaluationPlan
let solver: NetworkSolver
let untouched: Field
let typical: ReadonlyMap<string, TypicalCurve>
let pointNames: string[]

beforeAll(async () => {
  loaded = await loadDistrict(join(import.meta.dirname, '../../fixtures/districts/capucins'), {})
  plan = evaluationPlan(loaded.district)
  solver = createNetworkSolver(loaded.district, plan)
  untouched = createField(loaded.district)
  const read = new Set(['active-power', 'position'])
  pointNames = [
    ...plan.sensors.filter(({ quantity }) => read.has(quantity)).map(({ pointName }) => pointName),
    ...plan.loads.flatMap(({ power }) => (power === undefined ? [] : [power.pointName])),
    plan.temperaturePoint!,
  ]
  typical = await fitTypicalCurves(fieldReader([{ field: untouched, from: FIRST, to: SINCE }], pointNames), loaded.district, plan, SINCE)
})

/** The balance of the demonstration district four weeks after something was planted, as its meters deliver. */
async function reportOf(planted: Field): Promise<BalanceReport> {
  const measured = fieldReader([{ field: untouched, from: FIRST, to: SINCE }, { field: planted, from: SINCE, to: TO }], pointNames)
  return balance({ loaded, plan, solver, typical, measured }, SINCE, TO, TO)
}

const feederOf = (deliveryPoint: string): string => loaded.district.deliveryPoints.find(({ id }) => id === deliveryPoint)!.node!.split('.').slice(0, 2).join('.')

/** A transformer carries what its feeder carries and may show it as well; nothing else may be accused. */
const unmeteredFeeders = ({ findings }: BalanceReport): string[] => findings.filter(({ kind, element }) => kind === 'unmetered-load' && element!.includes('.D')).map(({ element }) => element!)
const accused = ({ findings }: BalanceReport): Set<string> => new Set(findings.filter(({ kind }) => kind === 'unmetered-load').map(({ element }) => element!.split('.')[0]!))

test('nothing planted: nobody is accused, and every feeder says what it would show', async () => {
  const report = await reportOf(untouched)
  expect(report.findings).toEqual([])
  expect(Math.abs(report.residualPct!)).toBeLessThan(1)
  const visiblePct = new Map(report.elements.map(({ element, smallestVisiblePct }) => [element, smallestVisiblePct!]))
  // Offices and shops only: all of it is metered.
  expect(visiblePct.get('P02.D3')).toBeLessThan(1.5)
  // Four of ten of its dwellings have not consented: a load of 3 % is within what their estimates miss.
  expect(visiblePct.get('P05.D2')).toBeGreaterThan(3)
  const feeders = [...visiblePct].filter(([element]) => element.includes('.D'))
  expect(feeders.filter(([, pct]) => pct < 3).length).toBeGreaterThan(feeders.length / 3)
})

describe.each([
  { feeder: 'P02.D3', swapped: ['log-0009', 'log-0330'] },
  { feeder: 'P14.D3', swapped: ['pdl-photo-rade', 'log-0155'] },
  { feeder: 'P10.D1', swapped: ['pdl-cabinet-armor', 'pdl-cave-du-quai'] },
] as const)('3 % unmetered load on $feeder, and the meters of $swapped exchanged', ({ feeder, swapped }) => {
  test('both are found, and nothing else', async () => {
    const report = await reportOf(createField(loaded.district, { plantedLoss: { feeder, sharePct: 3 }, swappedMeters: swapped }))
    expect(unmeteredFeeders(report)).toEqual([feeder])
    expect(accused(report)).toEqual(new Set([feeder.split('.')[0]]))
    const unmetered = report.findings.find(({ element }) => element === feeder)!
    expect(Math.abs(unmetered.residualPct! - 3)).toBeLessThan(1.5)

    const [exchange, ...others] = report.findings.filter(({ kind }) => kind === 'swapped-meters')
    expect(others).toEqual([])
    for (const name of [...swapped, ...swapped.map(feederOf)]) expect(exchange!.detail).toContain(name)
    expect(exchange!.detail).not.toContain('?')
  })
})
