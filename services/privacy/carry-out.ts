import type { Logger } from '#services/telemetry/logger.ts'
import type { ErasedMarks } from './erased-marks.ts'
import type { ErasedSpan, ErasureReader } from './port.ts'

export interface EraserParts {
  readonly register: Pick<ErasureReader, 'headSeq' | 'after'>
  readonly marks: Pick<ErasedMarks, 'lastSeq' | 'erased'>
  /** Takes everything of one span away that this process owns; may be called again. Returns how many values. */
  erase(span: ErasedSpan): Promise<number>
  readonly log: Logger
}

/**
 * Carries out the lines of the register in their order. A line counts as done only when every span of it is: after a crash, or a restore
 * of an older backup with older marks, it is done again, which finds what came back and nothing else.
 */
export function createEraser({ register, marks, erase, log }: EraserParts): { applyWaiting(): Promise<number> } {
  return {
    async applyWaiting() {
      if (register.headSeq() <= marks.lastSeq()) return 0
      let count = 0
      for (const { seq, erasureId, spans } of register.after(marks.lastSeq())) {
        let removed = 0
        for (const span of spans) removed += await erase(span)
        marks.erased(seq, erasureId, removed, Date.now())
        // No delivery point here: a log must not keep what the erasure takes away.
        log.info({ erasure: erasureId, removed }, 'an erasure was carried out')
        count += 1
      }
      return count
    },
  }
}
