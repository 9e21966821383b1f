/** The study as documents: HTML, PDF, workbook, JSON, and the sheet by which flexibility is asked for. */
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DRAFT, type DocumentLanguage, type DocumentHead } from './content.ts'
import { htmlOf } from './html.ts'
import { jsonOf } from './json.ts'
import { pdfOf } from './pdf.ts'
import { studyContent } from './study-content.ts'
import { tenderContent } from './tender.ts'
import { workbookOf } from './workbook.ts'

export { DOCUMENT_LANGUAGES, DRAFT, type DocumentLanguage, type DocumentHead } from './content.ts'

/** One self-contained file, 4 to 8 pages when it is printed. */
export const studyHtml = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead = DRAFT): string => htmlOf(studyContent(result, lang, head))
/** The same content as PDF, A4. */
export const studyPdf = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead = DRAFT): Promise<Buffer> => pdfOf(studyContent(result, lang, head))
/** All figures, XLSX. */
export const studyXlsx = (result: StudyResult, lang: DocumentLanguage): Promise<Buffer> => workbookOf(result, lang)
/** The study itself, for machines; in no language. */
export const studyJson = (result: StudyResult): string => jsonOf(result)
/** What a network operator would publish to buy the flexibility that the study recommends. */
export const tenderSheet = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead = DRAFT): string => htmlOf(tenderContent(result, lang, head))
export const tenderPdf = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead = DRAFT): Promise<Buffer> => pdfOf(tenderContent(result, lang, head))
