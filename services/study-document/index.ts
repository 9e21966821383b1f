/** The study as documents: HTML, PDF, workbook, JSON, and the sheet by which flexibility is asked for. */
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DRAFT, type DocumentLanguage, type StudyHead } from './content.ts'
import { htmlOf } from './html.ts'
import { pdfOf } from './pdf.ts'
import { studyContent } from './study-content.ts'

export { DRAFT, type DocumentLanguage, type StudyHead } from './content.ts'

/** One self-contained file, 4 to 8 pages when it is printed. */
export const studyHtml = (result: StudyResult, lang: DocumentLanguage, head: StudyHead = DRAFT): string => htmlOf(studyContent(result, lang, head))
/** The same content as PDF, A4. */
export const studyPdf = (result: StudyResult, lang: DocumentLanguage, head: StudyHead = DRAFT): Promise<Buffer> => pdfOf(studyContent(result, lang, head))
