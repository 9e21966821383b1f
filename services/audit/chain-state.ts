import type { AuditVerification, VerifyOptions } from './verify.ts'
import { verifySteps } from './verify.ts'

const KEPT_MS = 60_000

export interface ChainState extends AuditVerification {
  readonly checkedAt: number
  /** False: the second place lies beside the log, where whoever cuts it off can cut off the heads as well. */
  readonly headsElsewhere: boolean
}

/** Whether the log is as it was written: read in slices, so that others are answered meanwhile, and kept for a minute. Without SQLite's own check, which is for the command line. */
export function createChainState(options: Omit<VerifyOptions, 'withFile'>, realNow: () => number = Date.now): () => Promise<ChainState> {
  let kept: { readonly at: number; readonly state: Promise<ChainState> } | undefined
  const check = async (): Promise<ChainState> => {
    const steps = verifySteps({ ...options, withFile: false })
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return { ...value, checkedAt: realNow(), headsElsewhere: options.heads !== undefined }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return () => {
    if (kept === undefined || realNow() - kept.at >= KEPT_MS) kept = { at: realNow(), state: check() }
    return kept.state
  }
}
