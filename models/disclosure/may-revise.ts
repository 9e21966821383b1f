import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { atomSteps, groupSteps, stepOfTable } from './atom-steps.ts'
import { atomsOf } from './atoms.ts'
import { Knowledge } from './audit.ts'
import type { GuardWorld, QuarterPlan, StepTable } from './guard-shapes.ts'
import { checkWorld } from './check-world.ts'
import { showsAt } from './plan-quarter.ts'
import { disclosureRules, STEPS } from './rules.ts'
import { dominated } from './safe-sum.ts'

/**
 * Whether corrected figures of a quarter may replace the released ones (D11). Who has both has their difference, so it is judged like a
 * figure: in every step in which a sum that is shown, or that follows from what is shown, has changed by more than the base of its
 * rounding, enough holders must have changed, none of them dominating the change.
 *
 * @param before, after half-hours or hours of one whole calendar quarter: all corrections in one batch.
 * @returns ids of cells at which it fails, `-` for a sum that is no cell; empty: the quarter may be revised.
 */
export function mayRevise(world: GuardWorld, plan: QuarterPlan, before: StepTable, after: StepTable, rules: PublicationRules): readonly string[] {
  for (const table of [before, after]) checkWorld(world, table)
  if (before.at.length !== after.at.length || before.at.some((at, i) => at !== after.at[i])) throw new PenfeldError('PF_DISCLOSURE_WORLD', 'Figures before and after a revision are not of the same steps.', { where: world.carrier })
  const months = groupSteps(before.at, 'monthly').at
  // Noon of the first: its month is that of the quarter whatever the offset.
  if (months.length !== 3 || new Date(months[0] + 43_200_000).getUTCMonth() % 3 !== 0) throw new PenfeldError('PF_DISCLOSURE_WORLD', 'Revisions come once a quarter, in one batch of its three months.', { where: world.carrier })
  const all = disclosureRules(rules)
  const atoms = atomsOf(world)
  const knowledge = new Knowledge(atoms.count)
  const failed = new Set<string>()
  for (const step of STEPS.slice(STEPS.indexOf(stepOfTable(before)))) {
    const known = atoms.cells.entries().filter(([cell, mask]) => mask !== 0 && showsAt(plan, world.cells[cell].id, step)).map(([cell, mask]) => ({ mask, cell })).toArray()
    if (known.length === 0) continue
    const grouping = groupSteps(before.at, step)
    const changes = changesOf(before, after, grouping.of, grouping.at.length)
    const steps = atomSteps(atoms, { at: grouping.at, kwh: changes.absolute, imputed: new Uint8Array(changes.absolute.length) }, { of: Int32Array.from(grouping.at.keys()), at: grouping.at }, step, () => 1)
    const hours = (grouping.at.length > 1 ? grouping.at[1] - grouping.at[0] : 3_600_000) / 3_600_000
    for (const { mask } of knowledge.derivable(known)) {
      const id = world.cells[atoms.cells.indexOf(mask)]?.id ?? '-'
      const hiddenByRounding = (rules.roundingPct / 100) * (plan.meanKwhPerHour[id] ?? 0) * hours
      const rows = world.holders.keys().filter((row) => atoms.entryOfRow[row] >= 0 && (mask >>> atoms.atomOfEntry[atoms.entryOfRow[row]]) & 1).toArray()
      for (let one = 0; one < grouping.at.length; one += 1) {
        const place = one * world.holders.length
        const changed = new Set(rows.filter((row) => changes.signed[place + row] !== 0).map((row) => world.holders[row].holderId))
        if (changed.size === 0 || Math.abs(rows.reduce((sum, row) => sum + changes.signed[place + row], 0)) < hiddenByRounding) continue
        if (changed.size < all.minHolders || dominated(atoms, steps, one, mask, all) !== undefined) failed.add(id)
      }
    }
  }
  return [...failed]
}

function changesOf(before: StepTable, after: StepTable, of: Int32Array, groups: number): { readonly signed: Float64Array; readonly absolute: Float64Array } {
  const holders = before.kwh.length / before.at.length
  const signed = new Float64Array(groups * holders)
  for (const [i, group] of of.entries()) for (let row = 0; row < holders; row += 1) signed[group * holders + row] += after.kwh[i * holders + row] - before.kwh[i * holders + row]
  return { signed, absolute: signed.map(Math.abs) }
}
