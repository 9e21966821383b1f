import type { ReportContent, ReportSection, ReportTable } from './content.ts'
import { escaped, escapedMarkdown } from './escaped.ts'

/** A page that needs nothing but itself. */
export function htmlOf({ language, title, numbers, sections }: ReportContent): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, 'Segoe UI', sans-serif; color: #14181f; background: #fff; max-width: 56rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p, li { max-width: 44rem; margin: .4rem 0; }
section:first-of-type p { font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; }
dt { color: #4a5361; } dd { margin: 0; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; font-family: inherit; margin: .75rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .75rem 0; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dde2e9; text-align: right; vertical-align: bottom; }
th { font-weight: 600; color: #4a5361; font-size: .9rem; }
th:first-child, td:first-child { text-align: left; min-width: 13rem; }
details th:first-child, details td:first-child { min-width: 4rem; }
summary { cursor: pointer; color: #1b4dcb; }
@media print { body { margin: 0; } section { break-inside: avoid; } details { display: none; } }
</style></head><body>
<h1>${escaped(title)}</h1>
${sections.map((section) => htmlSection(section, numbers)).join('\n')}
</body></html>
`
}

function htmlSection({ heading, facts = [], paragraphs = [], chart, table, list = [] }: ReportSection, numbers: string): string {
  return [
    `<section><h2>${escaped(heading)}</h2>`,
    ...paragraphs.map((one) => `<p>${escaped(one)}</p>`),
    ...(facts.length === 0 ? [] : [`<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`]),
    ...(chart === undefined ? [] : [chart]),
    ...(table === undefined ? [] : [chart === undefined ? htmlTable(table) : `<details><summary>${escaped(numbers)}</summary>${htmlTable(table)}</details>`]),
    ...(list.length === 0 ? [] : [`<ul>${list.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`]),
    '</section>',
  ].join('\n')
}

const htmlTable = ({ head, rows }: ReportTable): string => `<div class="scroll"><table><thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`

/** The same in plain Markdown; what a chart shows stands in a table. */
export function markdownOf({ title, sections }: ReportContent): string {
  return `# ${escapedMarkdown(title)}\n\n${sections.map(markdownSection).join('\n\n')}\n`
}

function markdownSection({ heading, facts = [], paragraphs = [], table, list = [] }: ReportSection): string {
  return [
    `## ${escapedMarkdown(heading)}`, ...paragraphs.map(escapedMarkdown),
    ...(facts.length === 0 ? [] : [facts.map(([name, value]) => `- ${escapedMarkdown(name)}: ${escapedMarkdown(value)}`).join('\n')]),
    ...(table === undefined ? [] : [markdownTable(table)]),
    ...(list.length === 0 ? [] : [list.map((one) => `- ${escapedMarkdown(one)}`).join('\n')]),
  ].join('\n\n')
}

function markdownTable({ head, rows }: ReportTable): string {
  const row = (cells: readonly string[]) => `| ${cells.map(escapedMarkdown).join(' | ')} |`
  return [row(head), `|${head.map((_, k) => (k === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(row)].join('\n')
}

/** Columns in line, for a terminal. */
export function tableLines({ head, rows }: ReportTable): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, k) => Math.max(...all.map((row) => row[k].length)))
  return all.map((row) => row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ').trimEnd())
}
