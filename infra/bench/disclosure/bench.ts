/**
 * What the publication guard costs in figures and in time: 60 invented districts cut in four ways, naively hidden and by the guard, each
 * attacked; the release of one day; then whole worlds published for months and attacked over HTTP.
 *   npm run bench:disclosure -- [--json] [--quick]
 */
import { decideDay } from '#models/disclosure/decide-day.ts'
import type { GuardSolver } from '#models/disclosure/guard-shapes.ts'
import { hiddenCells } from '#models/disclosure/hidden-cells.ts'
import { planQuarter } from '#models/disclosure/plan-quarter.ts'
import { seriesOfSteps } from '#models/disclosure/series.ts'
import { RULES } from '#models/disclosure/world.testkit.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { printer, quick, shortestMs } from '../load-flow/print.ts'
import { attack, lookAt, naivelyShown, type Attack } from './attack.ts'
import { attackWorlds } from './http-attack.ts'
import { inventedDays, inventedDistrict, LAYOUTS } from './districts.ts'

const DISTRICTS = quick ? 6 : 60
const print = printer('disclosure')
const solver = await highsSolver()

for (const [zones, categories] of LAYOUTS) months(zones, categories, solver)
await releaseOfADay(solver)
await attackWorlds(print, quick)

/** The law's thresholds for days are out of the way where only a month is looked at: one step stands for it. */
function months(zones: number, categories: number, with_: GuardSolver): void {
  const rules = { ...RULES, disclosure: { dailyMinPoints: 1_000_000, monthWindowMinPoints: 1_000_000 } }
  const naive: (Attack & { shown: number })[] = []
  const guarded: (Attack & { shown: number })[] = []
  let [totals, least, slowestMs] = [0, 0, 0]
  for (let seed = 1; seed <= DISTRICTS; seed += 1) {
    const district = inventedDistrict(seed, zones, categories)
    const looked = lookAt(district)
    const { cells } = looked.atoms
    const naively = naivelyShown(looked)
    const begun = performance.now()
    const { cellSteps, isLeast } = hiddenCells(district.world, looked.atoms, seriesOfSteps(looked.atoms, district.table, 'monthly'), rules, with_)
    const choice = cellSteps.filter(({ step, held }) => step === 'monthly' && held === undefined)
    slowestMs = Math.max(slowestMs, performance.now() - begun)
    const shown = choice.map(({ cell }) => cells[cell])
    naive.push({ ...attack(looked, naively, with_), shown: naively.length / cells.length })
    guarded.push({ ...attack(looked, shown, with_), shown: shown.length / cells.length })
    if (isLeast) least += 1
    if (choice.some(({ cell }) => district.world.cells[cell].parent === null)) totals += 1
  }
  const name = `${zones} zones x ${categories} categories with margins`
  const isReference = zones === 5 && categories === 2
  const leaking = (attacks: readonly Attack[]): number => (100 * attacks.filter(({ exact }) => exact > 0).length) / DISTRICTS
  const mean = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0) / all.length
  print(`${name}: districts that leak, naive`, leaking(naive), '%')
  print(`${name}: unsafe sums recovered exactly a district, naive`, mean(naive, ({ exact }) => exact), '')
  print(`${name}: unsafe cells known closer than a fifth a district, naive`, mean(naive, ({ close }) => close), '')
  print(`${name}: districts that leak, guard`, leaking(guarded), '%', '0', leaking(guarded) === 0)
  print(`${name}: unsafe cells known closer than a fifth a district, guard`, mean(guarded, ({ close }) => close), '', '0', guarded.every(({ close }) => close === 0))
  print(`${name}: cells shown, naive`, 100 * mean(naive, ({ shown }) => shown), '%')
  const share = 100 * mean(guarded, ({ shown }) => shown)
  print(`${name}: cells shown, guard`, share, '%', isReference ? '>= 75' : 'shown', !isReference || share >= 75)
  print(`${name}: district totals shown, guard`, (100 * totals) / DISTRICTS, '%', '100', totals === DISTRICTS)
  print(`${name}: districts in which less could not be hidden, proven`, (100 * least) / DISTRICTS, '%')
  print(`${name}: slowest choice of a district`, slowestMs, 'ms')
}

async function releaseOfADay(with_: GuardSolver): Promise<void> {
  // With the thresholds of the law hardly a cell has half-hours; without them the guard has the most to prove.
  const loose = { ...RULES, disclosure: { dailyMinPoints: 11, monthWindowMinPoints: 11 } }
  const { world, table, nextDay: day } = inventedDays(1, quick ? 14 : 91)
  for (const [name, rules] of [['law and policy', RULES], ['policy alone', loose]] as const) {
    const begun = performance.now()
    const plan = planQuarter(world, table, rules, with_)
    const planS = (performance.now() - begun) / 1000
    const { figures, certificate } = decideDay(world, plan, day, rules, with_)
    const ms = await shortestMs(5, () => void decideDay(world, plan, day, rules, with_))
    print(`a day of ${world.holders.length} holders, 48 half-hours, ${world.cells.length} cells, ${name}: guard`, ms / 1000, 's', '<= 1', ms <= 1000)
    print(`a day, ${name}: cells with half-hours`, figures.filter(({ stepKwh }) => stepKwh !== null).length, '')
    print(`a day, ${name}: cells shown`, certificate.cellsShown, '')
    print(`a day, ${name}: protected sums whose interval was proven`, certificate.intervalsChecked, '')
    print(`plan of a quarter from ${quick ? 14 : 91} days of half-hours, ${name}`, planS, 's')
  }
}
