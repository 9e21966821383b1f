import type { District } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import { registerRulesOf } from '#services/evaluation/validate.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { NO_ROWS, type AppliedEdits } from './applied-edits.ts'
import { EditProblem, editRows, type EditRows } from './edit-rows.ts'
import type { KeptEdits } from './kept-edits.ts'
import { isDecision, type Edit, type EditLedgerReader } from './port.ts'

const AT_ONCE = 50

export interface EditApplierParts {
  readonly ledger: EditLedgerReader
  readonly applied: AppliedEdits
  readonly store: Pick<TimeSeriesStore, 'register' | 'read' | 'append'>
  readonly kept: KeptEdits
  readonly district: District
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Carries out the lines of the ledger in their order, each as new revisions with the person as source and the reason. What
 * will be written is written down first: after a crash exactly that is appended again, and what the store has already
 * it takes as known. So no edit is lost, and none is done twice.
 */
export function createEditApplier(parts: EditApplierParts) {
  const { ledger, applied, store, kept, district, clock, log } = parts
  const write = async (edit: Edit, rows: EditRows): Promise<void> => {
    if (rows.at.length > 0) {
      const [pointId] = await store.register([edit.point])
      const batch = { pointIds: new Int32Array(rows.at.length).fill(pointId!), at: rows.at, values: rows.after, quality: rows.afterQuality }
      await store.append(batch, { recordedAt: clock.now(), source: `person:${edit.personId}`, reason: `${edit.reason} (edit ${edit.editId})` })
    }
    applied.done(edit.seq, clock.now())
  }
  return {
    /** Does everything that waits. @returns how many lines were decided. */
    async applyWaiting(): Promise<number> {
      for (const { editId, rows } of applied.unfinished()) await write(ledger.edit(editId)!, rows)
      let count = 0
      for (;;) {
        const waiting = ledger.after(applied.lastSeq(), AT_ONCE)
        for (const edit of waiting) {
          const { rows, problem, leftAlone } = isDecision(edit.kind) ? { rows: NO_ROWS, problem: null, leftAlone: 0 } : await decide(edit)
          if (problem !== null) log.warn({ edit: edit.editId, point: edit.point, problem }, 'an edit could not be carried out')
          applied.decide({ seq: edit.seq, editId: edit.editId, point: edit.point, problem, leftAlone, undoes: edit.undoes, rows }, clock.now())
          await write(edit, rows)
          if (problem === null && !isDecision(edit.kind)) await kept.refresh()
          count += 1
        }
        if (waiting.length < AT_ONCE) return count
      }
    },
  }

  async function decide(edit: Edit): Promise<{ rows: EditRows; problem: string | null; leftAlone: number }> {
    try {
      if (edit.kind === 'undo') return { problem: null, ...(await undone(edit)) }
      const point = district.measurementPoints.find(({ id }) => id === edit.point)
      if (point === undefined) throw new EditProblem(`There is no measurement point ${edit.point}.`)
      const [pointId] = await store.register([edit.point])
      return { rows: await editRows(store, { point, pointId: pointId!, rules: registerRulesOf(district, point), timeZone: district.timeZone }, edit), problem: null, leftAlone: 0 }
    } catch (error) {
      if (!(error instanceof EditProblem)) throw error
      return { rows: NO_ROWS, problem: error.message, leftAlone: 0 }
    }
  }

  /** The former values again, where still the edit's own are there; what others have written since is left alone. */
  async function undone(edit: Edit): Promise<{ rows: EditRows; leftAlone: number }> {
    const former = applied.rowsOf(edit.undoes!)
    // A decision, or an edit that could not be carried out: there is nothing to give back.
    if (former === undefined || former.at.length === 0) return { rows: NO_ROWS, leftAlone: 0 }
    const [pointId] = await store.register([edit.point])
    const now = await store.read(pointId!, former.at[0]!, former.at.at(-1)! + 1)
    const place = new Map(Array.from(now.at, (at, i) => [at, i]))
    const mine = Array.from(former.at.keys()).filter((k) => {
      const i = place.get(former.at[k]!)
      return i !== undefined && Object.is(now.values[i], former.after[k]) && now.quality[i] === former.afterQuality[k]
    })
    const pick = (column: Float64Array) => Float64Array.from(mine, (k) => column[k]!)
    const codes = (column: Uint8Array) => Uint8Array.from(mine, (k) => column[k]!)
    return {
      rows: { at: pick(former.at), before: pick(former.after), beforeQuality: codes(former.afterQuality), after: pick(former.before), afterQuality: codes(former.beforeQuality) },
      leftAlone: former.at.length - mine.length,
    }
  }
}
