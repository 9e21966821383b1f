import { fileURLToPath } from 'node:url'
import pdfmake from 'pdfmake'
import type { Content, ContentText, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import type { Block, DocumentContent, Figure, Section, Table } from './content.ts'
import { EDGE, INK, MAIN, OVER, QUIET } from './figures/look.ts'
import { columnWidths, GAP } from './pdf-columns.ts'

const WIDTH = 595.28
const SIDE = 44
const TEXT_WIDTH = WIDTH - 2 * SIDE
/** A table of so few rows is not broken over two pages. */
const MOST_WHOLE_ROWS = 6

const font = (name: string): string => fileURLToPath(import.meta.resolve(`pdfmake/fonts/Roboto/Roboto-${name}.ttf`))
const FONTS = { Roboto: { normal: font('Regular'), bold: font('Medium'), italics: font('Italic'), bolditalics: font('MediumItalic') } }
const FONT_FILES: ReadonlySet<string> = new Set(Object.values(FONTS.Roboto))

/** The same content as a PDF, without a browser. It reads its fonts and nothing else: no name of the study can make it open a file or an address. */
export async function pdfOf(content: DocumentContent): Promise<Buffer> {
  pdfmake.setFonts(FONTS)
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => FONT_FILES.has(path))
  return pdfmake.createPdf(definitionOf(withKnownGlyphs(content))).getBuffer()
}

function definitionOf(content: DocumentContent): TDocumentDefinitions {
  let figures = 0
  const made = new Date(content.madeAt)
  return {
    pageSize: 'A4', pageMargins: [SIDE, 52, SIDE, 46], version: '1.7', language: content.lang, displayTitle: true,
    info: { title: content.title, subject: content.subject, author: content.state, creator: 'Penfeld', producer: 'pdfmake', creationDate: made, modDate: made },
    defaultStyle: { font: 'Roboto', fontSize: 9.5, lineHeight: 1.15, color: INK },
    styles: { title: { fontSize: 20, bold: true, lineHeight: 1.1 }, heading: { fontSize: 13, bold: true }, caption: { bold: true }, quiet: { color: QUIET, fontSize: 8 }, cell: { fontSize: 7.5, lineHeight: 1.1 }, head: { fontSize: 7.5, lineHeight: 1.1, bold: true, color: QUIET } },
    header: (page) => (page === 1 ? null : { margin: [SIDE, 26, SIDE, 0], columns: [{ text: content.title, style: 'quiet' }, { text: content.state, style: 'quiet', alignment: 'right', width: 'auto' }] }),
    footer: (page, pages) => ({ margin: [SIDE, 16, SIDE, 0], text: content.pageOf.replace('{pages}', String(pages)).replace('{page}', String(page)), style: 'quiet', alignment: 'right' }),
    content: [
      { text: content.title, style: 'title', margin: [0, 0, 0, 10] },
      stripPdf(content),
      ...content.sections.flatMap((section, k) => sectionPdf(section, k + 1, () => (figures += 1))).map((one, k, all) => (k + 1 === all.length ? withoutFoot(one) : one)),
    ],
  }
}

/** What is left free below the last line must not make a page of its own. */
function withoutFoot(last: Content): Content {
  return typeof last === 'object' && 'text' in last && !Array.isArray(last) ? ({ ...last, margin: [0, 2, 0, 0] } as Content) : last
}

function stripPdf({ strip }: DocumentContent): Content {
  const cells = strip.map(([name, value]): TableCell => ({ stack: [{ text: name, style: 'quiet' }, HASH.test(value) ? { text: value.match(/.{1,32}/g)!.join('\n'), fontSize: 7 } : { text: value }] }))
  const rows = Array.from({ length: Math.ceil(cells.length / 3) }, (_, k) => [...cells.slice(3 * k, 3 * k + 3), '', ''].slice(0, 3))
  return { table: { widths: ['*', '*', '*'], body: rows }, layout: { hLineWidth: (k, { table }) => (k === 0 || k === table.body.length ? 0.8 : 0), vLineWidth: () => 0, hLineColor: () => EDGE, paddingLeft: () => 0, paddingTop: () => 4, paddingBottom: () => 4 }, margin: [0, 0, 0, 4] }
}

/** A heading never stands alone at the foot of a page: it goes with what comes first. */
function sectionPdf({ heading, blocks }: Section, number: number, counted: () => number): Content[] {
  const title: ContentText = { text: `${number}. ${heading}`, style: 'heading', margin: [0, 11, 0, 3], outline: true }
  const [first = [], ...rest] = blocks.map((block) => blockPdf(block, counted))
  return [{ stack: [title, ...first.slice(0, 1)], unbreakable: true }, ...first.slice(1), ...rest.flat()]
}

function blockPdf(block: Block, counted: () => number): Content[] {
  switch (block.kind) {
    case 'paragraph': return [{ text: block.text, margin: [0, 2, 0, 4] }]
    case 'answer': return [marked({ text: block.text, fontSize: 13, bold: true }, MAIN)]
    case 'notice': return [marked({ text: block.text }, OVER)]
    case 'list': return [{ ul: block.items.map((text) => ({ text, margin: [0, 0, 0, 2] })), margin: [0, 2, 0, 4] }]
    case 'table': return tablePdf(block.table)
    case 'figure': return figurePdf(block.figure, counted())
  }
}

const marked = (text: ContentText, colour: string): Content => ({
  table: { widths: ['*'], body: [[text]], dontBreakRows: true }, margin: [0, 4, 0, 6],
  layout: { hLineWidth: () => 0, vLineWidth: (k) => (k === 0 ? 3 : 0), vLineColor: () => colour, paddingLeft: () => 8 },
})

const figurePdf = ({ title, sentence, svg, table }: Figure, number: number): Content[] => [
  { unbreakable: true, stack: [{ text: [{ text: `Figure ${number}. ${title}. `, bold: true }, sentence], margin: [0, 6, 0, 4] }, { svg, width: TEXT_WIDTH }] },
  ...tablePdf(table),
]

/** Caption and note are a row of the head: they come again with it on the next page, and never stand alone at the foot or top of one. */
function tablePdf({ caption, columns, rows, note }: Table): Content[] {
  const top: TableCell[] = [{ stack: [{ text: caption, style: 'caption' }, ...(note === undefined ? [] : [{ text: note, style: 'quiet' }])], colSpan: columns.length, margin: [0, 0, 0, 1] }, ...columns.slice(1).map(() => '')]
  const cell = (value: string, k: number, style: string): TableCell => ({ text: value, style, alignment: columns[k].kind === 'number' ? 'right' : 'left' })
  const block: Content = {
    margin: [0, 6, 0, 6],
    table: {
      headerRows: 2, keepWithHeaderRows: 1, dontBreakRows: true, widths: columnWidths({ columns, rows }, TEXT_WIDTH),
      body: [top, columns.map(({ title }, k) => cell(title, k, 'head')), ...rows.map((row) => row.map((value, k) => cell(value, k, 'cell')))],
    },
    layout: {
      hLineWidth: (k) => (k < 2 ? 0 : 0.5), hLineColor: (k) => (k === 2 ? QUIET : EDGE), vLineWidth: () => 0,
      paddingLeft: (k) => (k === 0 ? 0 : GAP / 2), paddingRight: (k) => (k + 1 === columns.length ? 0 : GAP / 2), paddingTop: () => 2.5, paddingBottom: () => 2.5,
    },
  }
  return [rows.length <= MOST_WHOLE_ROWS ? { stack: [block], unbreakable: true } : block]
}

/** It has no place to break by itself. */
const HASH = /^[0-9a-f]{40,}$/

/** Roboto has no narrow no-break space: a wide one stands in. */
function withKnownGlyphs<T>(said: T): T {
  return JSON.parse(JSON.stringify(said).replaceAll('\u202f', '\u00a0')) as T
}
