import type { KeptStudy } from '#contract/reinforcement.ts'
import type { Speech } from '../../../charts/shaped.ts'
import { writeNumber } from '../../../charts/study-path-label.ts'

/** The kind of answer in a few words, and what it costs. */
export function keptAnswer({ answer, recommendedEur }: KeptStudy, { t, f }: Speech): string {
  const words = t.reinforcement.answer
  const said = words.short[answer as keyof typeof words.short] ?? answer
  return recommendedEur === null ? said : words.shortWith(said, f.money(recommendedEur))
}

/** The name of a figure that is compared: of the answer, or of one of the ways. */
export function figureName(figure: string, { t }: Pick<Speech, 't'>): string {
  const words = t.reinforcement.kept
  const known = words.figureNames[figure as keyof typeof words.figureNames]
  if (known !== undefined) return known
  const [root, kind, name, ...rest] = figure.split('.')
  const solution = t.reinforcement.portfolios.kinds[kind as keyof typeof t.reinforcement.portfolios.kinds]
  const part = words.portfolioFigures[name as keyof typeof words.portfolioFigures]
  return root !== 'portfolios' || solution === undefined || part === undefined ? figure : words.figureOf(solution, [part, ...rest].join(' '))
}

/** A figure with its unit; a year has no separator, a factor has two decimals. */
export function writtenFigure(value: number | null, unit: string, f: Speech['f']): string {
  if (unit === 'EUR') return f.money(value)
  if (unit === 'year') return value === null ? f.number(null) : String(value)
  return f.unit(value, unit, value === null || Number.isInteger(value) ? 0 : unit === '' ? 2 : 1)
}

/** A number of the study in its unit; any other text as it is. */
export function writtenAssumption(path: string, value: string, speech: Speech): string {
  return value.trim() === '' || !Number.isFinite(Number(value)) ? value : writeNumber(path.replace(/\.(low|likely|high)$/, ''), Number(value), speech)
}
