import writeExcelFile, { type SheetData } from 'write-excel-file/node'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DRAFT, type DocumentLanguage } from './content.ts'
import { makeContext } from './context.ts'
import { elementsSheet, futuresSheet, measuresSheet, portfoliosSheet, pricesSheet, remainingSheet, sensitivitySheet, sourcesSheet, summarySheet, type Cells, unpricedSheet, unsuppliedSheet } from './workbook-sheets.ts'

/** Longest name of a sheet that spreadsheets take. */
const MOST_SIGNS = 31
/** Longest text of a cell that spreadsheets take. */
const MOST_CELL_SIGNS = 32_767

/** All figures of a study: one sheet a subject, numbers as numbers, the head of each sheet in sight while one reads down. */
export async function workbookOf(result: StudyResult, lang: DocumentLanguage): Promise<Buffer> {
  const context = makeContext(result, lang, DRAFT)
  const { sheets } = context.w.workbook
  const all: readonly (readonly [string, Cells])[] = [
    [sheets.summary, summarySheet(context)], [sheets.elements, elementsSheet(context)], [sheets.futures, futuresSheet(context)], [sheets.portfolios, portfoliosSheet(context)], [sheets.remaining, remainingSheet(context)],
    [sheets.measures, measuresSheet(context)], [sheets.sensitivity, sensitivitySheet(context)], [sheets.prices, pricesSheet(context)], [sheets.sources, sourcesSheet(context)], [sheets.unsupplied, unsuppliedSheet(context)], [sheets.unpriced, unpricedSheet(context)],
  ]
  return writeExcelFile(all.map(([name, cells]) => ({ sheet: name.slice(0, MOST_SIGNS), data: rowsOf(cells), columns: widthsOf(cells), stickyRowsCount: 1 }))).toBuffer()
}

const rowsOf = ([head, ...rows]: Cells): SheetData => [
  head.map((value) => ({ value: String(value), type: String, fontWeight: 'bold' as const, wrap: true, alignVertical: 'bottom' as const })),
  // Text is always said to be text: a name that begins with `=` must not become a formula.
  ...rows.map((row) => row.map((value) => (value === null || value === '' ? null : typeof value === 'number' ? { value, type: Number } : { value: value.slice(0, MOST_CELL_SIGNS), type: String }))),
]

const widthsOf = (cells: Cells): { width: number }[] => cells[0].map((_, k) => ({ width: Math.min(48, Math.max(12, ...cells.slice(1).map((row) => String(row[k] ?? '').length + 2))) }))
