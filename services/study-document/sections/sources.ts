import { capped, list, paragraph, type Section } from '../content.ts'
import type { Context } from '../context.ts'

const MOST_SOURCES = 6

export function sourcesSection({ result, w }: Context): Section {
  const s = w.assumptions.sources
  const said = result.sources.map(({ title, dated, sure, address }) => [s.one(title, dated, w.terms.sure[sure]), ...(address === undefined ? [] : [address])].join(' '))
  return { heading: s.heading, blocks: [...(said.length === 0 ? [paragraph(s.none)] : list(capped(said, MOST_SOURCES, w.other))), paragraph(s.engine(result.engine))] }
}
