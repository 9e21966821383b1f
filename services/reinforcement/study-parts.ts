/** The engine of the studies and what prints their results, for those who ask in this process. */
import type { District } from '#models/district/schema.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { studyHtml, studyJson, studyPdf, studyXlsx, tenderSheet } from '#services/study-document/index.ts'
import type { StudyDocuments } from '#services/studies/documents.ts'
import { openStudyHost } from './study-host.ts'

export const studyDocuments: StudyDocuments = { html: studyHtml, pdf: studyPdf, xlsx: studyXlsx, json: studyJson, tender: tenderSheet }

export interface StudyParts {
  readonly studyDocuments: StudyDocuments
  /** Over a frozen year and the district as it was then. */
  runStudy(input: { readonly ask: StudyAsk; readonly frozen: FrozenYear; readonly district: District; readonly computedAt: number }, told: (share: number) => void): Promise<StudyResult>
}

export const studyParts: StudyParts = {
  studyDocuments,
  async runStudy({ ask, frozen, district, computedAt }, told) {
    const host = openStudyHost()
    try {
      return await host.run(ask, { district, frozen }, computedAt, { tell: (_, share) => told(share), goOn: () => undefined })
    } finally {
      await host.stop()
    }
  },
}
