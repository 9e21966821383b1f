import type { District } from '#models/district/schema.ts'
import { localDayStart } from '#models/units/local-time.ts'
import { EVALUATION_STEP_S, type EvaluationPlan } from '#services/evaluation/plan.ts'
import type { ValidatedPoint } from '#services/evaluation/validate.ts'
import { virtualInputs } from '#services/evaluation/virtual-meters.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { AskedJob, SchedulingQueue } from './port.ts'
import { lateMarks, type Dependents } from './late-marks.ts'

const CURSOR = 'measured'
const ENTRIES_AT_ONCE = 500
const STEP_MS = EVALUATION_STEP_S * 1000
/** Steps made again when part of the journal was no longer readable after a long time down. */
const STEPS_AFTER_LOSS = 144

export interface JournalFollower {
  /** Reads what was written since the last call and marks what it touches; true if there is more to read. */
  follow(): Promise<boolean>
}

/** Follows the journal of the measured store: the cursor and the marks it leads to are kept in one transaction. */
export function followJournal(options: {
  queue: SchedulingQueue
  measured: TimeSeriesReader
  district: District
  plan: EvaluationPlan
  validated: readonly ValidatedPoint[]
  log: Logger
}): JournalFollower {
  const { queue, measured, district, plan, validated, log } = options
  const byName = dependentsByName(district, plan, validated)
  const names = [...byName.keys()]
  let byId = new Map<number, Dependents>()

  /** Points get their id when their first value comes: looked up again until all are known. */
  const lookup = async () => {
    if (byId.size === names.length) return
    const ids = await measured.lookup(names)
    byId = new Map(names.flatMap((name, i) => (ids[i]! > 0 ? [[ids[i]!, byName.get(name)!] as const] : [])))
  }

  return {
    async follow() {
      const known = await queue.cursor(CURSOR)
      if (known === undefined) {
        // What is there at the first start is seen by the first passes anyway.
        await queue.askAll([], { name: CURSOR, seq: await measured.headSeq() })
        return false
      }
      const entries = await measured.tail(known, ENTRIES_AT_ONCE)
      if (entries.length === 0) return false
      await lookup()
      const evaluated = await queue.lastScheduled('evaluate', 'network')
      const validatedHour = await queue.lastScheduled('validate', 'all')
      const madeUpTo = { evaluated: evaluated === undefined ? -Infinity : evaluated + STEP_MS, validated: validatedHour === undefined ? -Infinity : validatedHour + 3_600_000 }
      const marks = lateMarks(entries, byId, madeUpTo, STEP_MS, (at) => localDayStart(at, district.timeZone))
      const last = entries.at(-1)!.seq
      if (entries[0]!.seq > known + 1 && evaluated !== undefined) {
        log.warn({ from: known + 1, to: entries[0]!.seq - 1 }, 'journal entries are no longer readable; the last day is evaluated again')
        marks.push(...Array.from({ length: STEPS_AFTER_LOSS }, (_, i): AskedJob => ({ kind: 'evaluate', scope: 'network', period: evaluated - i * STEP_MS, inputRevision: last })))
      }
      await queue.askAll(marks, { name: CURSOR, seq: last })
      return entries.length === ENTRIES_AT_ONCE
    },
  }
}

/** What is made of each point: the state of the network, the virtual meters (evaluated with it), its validated energy. */
export function dependentsByName(district: District, plan: EvaluationPlan, validated: readonly ValidatedPoint[]): ReadonlyMap<string, Dependents> {
  const evaluated = new Set([...plan.sensors.map(({ pointName }) => pointName), ...plan.loads.flatMap(({ power }) => power?.pointName ?? []), ...virtualInputs(district)])
  const isValidated = new Set(validated.map(({ point }) => point.id))
  return new Map(district.measurementPoints.filter(({ id }) => evaluated.has(id) || isValidated.has(id)).map(({ id, kind, stepS }) => [id, {
    name: id, stepS, beforeS: kind === 'register' ? stepS : 0, evaluated: evaluated.has(id), validated: isValidated.has(id),
  }]))
}
