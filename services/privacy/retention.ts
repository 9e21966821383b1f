import type { District } from '#models/district/schema.ts'
import { dueForErasure, retentionAt, type DueSpan } from '#models/retention/rules.ts'
import { localDayStart } from '#models/units/local-time.ts'
import type { Clock } from '#services/clock/port.ts'
import type { ConsentReader } from '#services/consents/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { ErasedMarks } from './erased-marks.ts'

export interface RetentionParts {
  readonly district: District
  readonly consents: Pick<ConsentReader, 'after'>
  readonly clock: Clock
  readonly marks: Pick<ErasedMarks, 'lastRetentionDay' | 'retained'>
  /** Takes away what this process owns of these points in this time; returns how many values. */
  erase(span: Pick<DueSpan, 'class' | 'points' | 'from' | 'to'> & { readonly deliveryPoints: readonly string[] }): Promise<number>
  /** Deletes files of meter values that were taken longer ago; returns how many. */
  dropTakenFiles?(days: number): number
  readonly log: Logger
}

/**
 * Once a local day of the Clock, and at the first start after a restore: everything that has had its time goes, class by class, and is
 * counted for the data officer. A day on which it failed has no count and is tried again.
 */
export function createRetention({ district, consents, clock, marks, erase, dropTakenFiles, log }: RetentionParts): { runIfDue(): Promise<boolean> } {
  return {
    async runIfDue() {
      const now = clock.now()
      const day = localDayStart(now, district.timeZone)
      if (marks.lastRetentionDay() >= day) return false
      const due = dueForErasure(district, consents.after(0), now, Date.now())
      const counts = new Map<string, { before: number; points: number; removed: number }>()
      // Hundreds of households share one border: they go together.
      for (const spans of Map.groupBy(due, ({ class: name, from, to }) => `${name} ${from} ${to}`).values()) {
        const { class: name, from, to } = spans[0]!
        const points = spans.flatMap((span) => span.points)
        const removed = await erase({ class: name, deliveryPoints: spans.map(({ deliveryPoint }) => deliveryPoint), points, from, to })
        const count = counts.get(name) ?? { before: -Infinity, points: 0, removed: 0 }
        counts.set(name, { before: Math.max(count.before, to), points: count.points + points.length, removed: count.removed + removed })
      }
      const taken = dropTakenFiles?.(retentionAt(district, now).takenFileDays)
      if (taken !== undefined) counts.set('taken-files', { before: Date.now() - retentionAt(district, now).takenFileDays * 86_400_000, points: 0, removed: taken })
      // A day without anything due has run as well.
      if (counts.size === 0) counts.set('nothing-due', { before: now, points: 0, removed: 0 })
      for (const [name, count] of counts) marks.retained({ day, class: name, ...count, endedAt: Date.now() })
      log.info({ removed: [...counts.values()].reduce((sum, { removed }) => sum + removed, 0) }, 'what had had its time was erased')
      return true
    },
  }
}
