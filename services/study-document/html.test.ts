import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DRAFT, studyHtml, tenderSheet } from './index.ts'
import { noneHolds, nothingNeeded, sampleResult } from './sample-result.testkit.ts'

/** Elements with their attributes in order; throws where it is not well-formed. */
function elementsOf(html: string): { name: string; attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => { throw error })
  parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes: attributes as Record<string, string> }))
  parser.write(html).close()
  return found
}

const HOSTILE = '</style><script>alert(1)</script>"&\'\u0007]]>'
const hostile: StudyResult = {
  ...sampleResult,
  district: { ...sampleResult.district, name: { fr: HOSTILE, en: HOSTILE }, version: HOSTILE, notice: { fr: HOSTILE, en: HOSTILE } },
  elements: sampleResult.elements.map((one) => ({ ...one, name: HOSTILE, group: HOSTILE })),
  network: { ...sampleResult.network, nodes: sampleResult.network.nodes.map((one) => ({ ...one, name: HOSTILE })) },
  tornado: sampleResult.tornado.map((one) => ({ ...one, parameter: HOSTILE, lowValue: HOSTILE })),
  prices: sampleResult.prices.map((one) => ({ ...one, item: HOSTILE, source: HOSTILE })),
}
const heads = { ...DRAFT, title: HOSTILE, signedBy: HOSTILE, note: HOSTILE }

describe.each([['the sample', sampleResult], ['none holds', noneHolds], ['nothing needed', nothingNeeded]] as const)('%s as HTML', (_, result) => {
  test.each(['fr', 'en'] as const)('in %s: well-formed, in its language, and nothing from outside', (lang) => {
    const html = studyHtml(result, lang)
    const elements = elementsOf(html)
    expect(elements[0]).toEqual({ name: 'html', attributes: { lang } })
    expect(elements.filter(({ name }) => ['script', 'link', 'img', 'iframe', 'object', 'a'].includes(name))).toEqual([])
    expect(elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => name.startsWith('on') || ['src', 'href', 'xlink:href', 'style'].includes(name))).toEqual([])
    expect(html).not.toMatch(/url\((?!#)|@import/)
  })

  test('a reader who does not see it finds headings, captions, scopes and what a figure shows', () => {
    const elements = elementsOf(studyHtml(result, 'fr'))
    const named = (wanted: string) => elements.filter(({ name }) => name === wanted)
    expect(named('h1')).toHaveLength(1)
    expect(named('caption')).toHaveLength(named('table').length)
    expect(named('th').every(({ attributes }) => ['col', 'row'].includes(attributes['scope']))).toBe(true)
    expect(named('svg').every(({ attributes }) => attributes['role'] === 'img' && attributes['aria-label'].length > 20)).toBe(true)
    expect(named('figcaption')).toHaveLength(named('figure').length)
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('names of a district are text, in the page, in its drawings, in its style', () => {
  for (const html of [studyHtml(hostile, 'fr', heads), tenderSheet(hostile, 'en', heads)]) {
    expect(elementsOf(html).filter(({ name }) => name === 'script')).toEqual([])
    expect(html.match(/<\/style>/g)).toHaveLength(1)
    expect(html).toContain('&lt;script&gt;alert(1)')
  }
})
