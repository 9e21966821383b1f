import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { verifyAudit, type VerifyOptions } from '#services/audit/verify.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { fault, well, type Check } from './check.ts'

/** Whether the log of who read whose figures is as it was written. */
export function checkAudit({ dataFolder, heads }: Pick<VerifyOptions, 'dataFolder' | 'heads'>): Check[] {
  if (!existsSync(join(dataFolder, DATA_FILES.audit)) && heads === undefined) return []
  const { entries, vouchedFor, fault: found } = verifyAudit({ dataFolder, heads, withFile: false })
  if (found === undefined) return [well('Audit log', `${entries} entries as they were written, ${vouchedFor} of them vouched for by a head ${heads === undefined ? 'beside it' : 'elsewhere'}`)]
  return [fault('Audit log', `${found.seq === null ? '' : `entry ${found.seq}: `}${found.what}`, 'Keep the file as it is and do what docs/audit.md says.')]
}
