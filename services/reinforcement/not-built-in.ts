import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import type { StudyDocuments } from '#services/studies/documents.ts'
import type { StudyRunner } from './port.ts'

/** What stands around the keeping of studies: the engine, and what prints its results. */
export interface StudyParts {
  readonly studyRunner: StudyRunner
  readonly studyDocuments: StudyDocuments
  /** In this process, for the command line: over a frozen year and the district as it was then. */
  runStudy(input: { readonly ask: StudyAsk; readonly frozen: FrozenYear; readonly district: District }, told: (share: number) => void): Promise<StudyResult>
}

/** Not in this version yet: every use says so. */
export function studyParts(): StudyParts {
  const missing = (): never => {
    throw new PenfeldError('PF_INTERNAL', 'The engine of the studies is not built in.')
  }
  return {
    studyRunner: { begin: missing, told: () => undefined, cancel: () => undefined, stop: async () => undefined },
    studyDocuments: { html: missing, pdf: missing, xlsx: missing, json: missing, tender: missing },
    runStudy: missing,
  }
}
