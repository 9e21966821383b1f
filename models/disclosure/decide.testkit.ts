import type { GuardWorld, QuarterPlan, StepTable } from './guard-shapes.ts'
import { holder, tableOf, worldOf } from './world.testkit.ts'

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
/** 130 homes of which 30 have another zone; days are shown of the district and of the first zone, and so, by difference, of the second. */
export const HOLDERS = 130
export const world: GuardWorld = worldOf(range(0, HOLDERS).map((i) => holder(`h${i}`)), { district: range(0, HOLDERS), 'zone:a': range(0, 100), 'zone:b': range(100, HOLDERS) })
export const FEW = { dailyMinPoints: 11, monthWindowMinPoints: 100 }
const means = Object.fromEntries(world.cells.map(({ id, members }) => [id, members.length]))
export const plan: QuarterPlan = { classOf: { district: 'hourly', 'zone:a': 'daily', 'zone:b': 'daily' }, held: [], meanKwhPerHour: means }
/** A day of hours, in which everybody uses one but for what is said. */
export const dayOf = (kwh: (holder: number, hour: number) => number = () => 1, from = '2026-06-10T00:00:00+02:00', hours = 24): StepTable => tableOf(HOLDERS, from, hours, 1, kwh)
/** June, by days. */
export const juneOf = (kwh: (holder: number, day: number) => number = () => 24): StepTable => tableOf(HOLDERS, '2026-06-01T00:00:00+02:00', 30, 24, kwh)
