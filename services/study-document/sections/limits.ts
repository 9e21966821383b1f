import { capped, list, type Section } from '../content.ts'
import type { Context } from '../context.ts'
import { termOf } from '../words/index.ts'

const MOST_UNTRACEABLE = 8

/** What the study does not know, does not compute, or could not settle. */
export function limitsSection(context: Context): Section {
  const { result, head, recommended, w, n } = context
  const { states, base, modelCheck } = result
  const l = w.assumptions.limits
  const linear = recommended?.linearErrorPct ?? null
  const losses = result.losses.toSorted((a, b) => a.year - b.year).at(-1)
  return {
    heading: l.heading,
    blocks: list([
      l.states(n.count(states.normalSolved), n.count(states.outageSolved), n.count(states.lowVoltageScreenedOut), n.count(states.lowVoltageSolved), duration(states.seconds, n.count)),
      ...((states.outageScreenedOut ?? 0) > 0 ? [l.screened(n.count(states.outageScreenedOut!))] : []),
      states.notSettled > 0 ? l.notSettled(n.count(states.notSettled)) : l.settled,
      l.measured(n.count(base.measuredHours), n.count(base.hours), n.percent(base.measuredShareOfEnergyPct)),
      ...(base.flatClasses.length === 0 ? [] : [l.flat(n.list(base.flatClasses.map((id) => termOf(w.terms.loads, id))))]),
      ...((base.assumedClasses ?? []).length === 0 ? [] : [l.assumed(n.list(base.assumedClasses!.map((id) => termOf(w.terms.loads, id))))]),
      modelCheck === null ? l.noModel : l.model(n.percent(modelCheck.meanErrorPct, 2), n.percent(modelCheck.largestErrorPct, 2), n.count(modelCheck.hours)),
      ...(linear === null ? [] : [l.linear(n.percent(linear, 1))]),
      ...(losses === undefined ? [] : [l.losses(n.unit(n.spread(losses.mwh, n.count), 'MWh'), losses.year)]),
      ...l.notModelled,
      ...capped((head.untraceable ?? []).map(({ what, since }) => l.untraceable(what, n.date(since))), MOST_UNTRACEABLE, w.other),
      ...(head.note === undefined || head.note === '' ? [] : [l.note(head.note)]),
    ]),
  }
}

const duration = (seconds: number, write: (value: number) => string): string => (seconds < 120 ? `${write(seconds)}\u00a0s` : `${write(seconds / 60)}\u00a0min`)
