import type { Block, DocumentContent, Figure, Section, Table } from './content.ts'
import { escapedXml as e } from './escaped.ts'
import { styleOf } from './html-style.ts'

/** One file that needs nothing but itself: read in a browser, sent by mail, printed. Well-formed as XML too. */
export function htmlOf(content: DocumentContent): string {
  const counted = counter()
  return `<!DOCTYPE html>
<html lang="${content.lang}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${e(content.title)}</title>
<style>${styleOf(content)}</style>
</head>
<body>
<header>
<h1>${e(content.title)}</h1>
<dl class="strip">${content.strip.map(([name, value]) => `<div><dt>${e(name)}</dt><dd>${e(value)}</dd></div>`).join('')}</dl>
</header>
<main>
${content.sections.map((section, k) => sectionHtml(section, k + 1, counted)).join('\n')}
</main>
</body>
</html>
`
}

/** Number of the next figure. */
function counter(): () => number {
  let last = 0
  return () => (last += 1)
}

const sectionHtml = ({ heading, blocks }: Section, number: number, counted: () => number): string =>
  `<section aria-labelledby="s${number}">\n<h2 id="s${number}">${number}. ${e(heading)}</h2>\n${blocks.map((block) => blockHtml(block, counted)).join('\n')}\n</section>`

function blockHtml(block: Block, counted: () => number): string {
  switch (block.kind) {
    case 'paragraph': return `<p>${e(block.text)}</p>`
    case 'answer': return `<p class="answer">${e(block.text)}</p>`
    case 'notice': return `<p class="notice">${e(block.text)}</p>`
    case 'list': return `<ul>${block.items.map((item) => `<li>${e(item)}</li>`).join('')}</ul>`
    case 'table': return tableHtml(block.table)
    case 'figure': return figureHtml(block.figure, counted())
  }
}

const figureHtml = ({ title, sentence, alt, svg, table }: Figure, number: number): string =>
  `<figure>\n<figcaption><strong>Figure ${number}. ${e(title)}.</strong> ${e(sentence)}</figcaption>\n<div class="scroll" role="region" tabindex="0" aria-label="${e(title)}">${svg.replace('<svg ', `<svg role="img" aria-label="${e(alt)}" `)}</div>\n</figure>\n${tableHtml(table)}`

/** What names a row is its first column of text. Wide tables move in a frame of their own, also by keyboard. */
function tableHtml({ caption, columns, rows, note }: Table): string {
  const head = columns.map(({ title, kind }) => `<th scope="col" class="${kind}">${e(title)}</th>`).join('')
  const named = columns.findIndex(({ kind }) => kind === 'text')
  const cell = (value: string, k: number) => (k === named ? `<th scope="row" class="text">${lines(value)}</th>` : `<td class="${columns[k].kind}">${lines(value)}</td>`)
  return `<div class="scroll" role="region" tabindex="0" aria-label="${e(caption)}"><table><caption>${e(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>${note === undefined ? '' : `\n<p class="note">${e(note)}</p>`}`
}

const lines = (value: string): string => value.split('\n').map(e).join('<br/>')
