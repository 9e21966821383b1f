import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { ApiDeps } from '../deps.ts'

/** The engine of the studies, what it prints and what it begins with. Not in this version yet: every use says so. */
export function studyParts(): Pick<ApiDeps, 'studyRunner' | 'studyDocuments' | 'defaultStudy'> {
  const missing = (): never => {
    throw new PenfeldError('PF_INTERNAL', 'The engine of the studies is not built in.')
  }
  return {
    studyRunner: { begin: missing, told: () => undefined, cancel: () => undefined, stop: async () => undefined },
    studyDocuments: { html: missing, pdf: missing, xlsx: missing, json: missing, tender: missing },
    defaultStudy: missing,
  }
}
