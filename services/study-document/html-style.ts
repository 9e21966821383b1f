import type { DocumentContent } from './content.ts'
import { EDGE, INK, MAIN, OVER, PAPER, QUIET } from './figures/look.ts'

/** On screen a column that can be read, on paper A4 with the title above and the page below. */
export const styleOf = ({ title, state, pageOf }: DocumentContent): string => `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 'Source Sans 3', 'Segoe UI', Roboto, Arial, 'Liberation Sans', system-ui, sans-serif; color: ${INK}; background: ${PAPER}; max-width: 60rem; margin: 2rem auto 4rem; padding: 0 1.25rem; overflow-wrap: break-word; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid ${INK}; }
p, li { max-width: 46rem; margin: .5rem 0; }
ul { margin: .5rem 0; padding-left: 1.25rem; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem 1.5rem; margin: 0; padding: .75rem 1rem; border: 1px solid ${EDGE}; border-radius: .4rem; }
.strip dt { color: ${QUIET}; font-size: .875rem; }
.strip dd { margin: 0; overflow-wrap: anywhere; }
.answer { font-size: 1.25rem; line-height: 1.4; font-weight: 600; border-left: .3rem solid ${MAIN}; padding: .25rem 0 .25rem 1rem; margin: 1rem 0; }
.notice { border: 1px solid ${OVER}; border-left-width: .3rem; padding: .5rem .75rem; }
figure { margin: 1.25rem 0 .5rem; }
figcaption { max-width: 46rem; margin-bottom: .5rem; }
svg { display: block; min-width: 34rem; width: 100%; max-width: 46rem; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 .25rem; font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; font-size: 1rem; padding-bottom: .25rem; }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid ${EDGE}; vertical-align: top; text-align: left; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { vertical-align: bottom; color: ${QUIET}; font-weight: 600; border-bottom-color: ${QUIET}; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.note { color: ${QUIET}; font-size: .875rem; margin-top: .25rem; }
@page { size: A4; margin: 20mm 16mm 18mm; @top-left { content: ${cssString(title)}; font: 8pt sans-serif; color: ${QUIET}; } @top-right { content: ${cssString(state)}; font: 8pt sans-serif; color: ${QUIET}; } @bottom-right { content: ${pageContent(pageOf)}; font: 8pt sans-serif; color: ${QUIET}; } }
@page :first { @top-left { content: none; } @top-right { content: none; } }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 9.5pt; line-height: 1.3; }
  p, ul { margin: .3rem 0; } li { margin: .15rem 0; } th, td { padding-block: .2rem; }
  h1 { font-size: 18pt; } h2 { font-size: 13pt; margin-top: 1.2rem; break-after: avoid; }
  p, li, figcaption { max-width: none; }
  .answer { font-size: 13pt; }
  figure, tr, .answer, .notice { break-inside: avoid; }
  caption, figcaption { break-after: avoid; }
  table, .note, .strip dt { font-size: 7.5pt; } caption { font-size: 9.5pt; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  svg { min-width: 0; max-width: 100%; }
}
`

/** A title is not ours: nothing of it may end the string, the rule or the element. */
const cssString = (text: string): string => `"${text.replace(/[^\p{L}\p{N} .,:()–-]/gu, (sign) => `\\${sign.codePointAt(0)!.toString(16)} `)}"`

const pageContent = (pageOf: string): string => pageOf.split(/(\{pages?\})/).map((part) => (part === '{page}' ? 'counter(page)' : part === '{pages}' ? 'counter(pages)' : cssString(part))).join(' ')
