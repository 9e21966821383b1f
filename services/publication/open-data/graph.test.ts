import fc from 'fast-check'
import { Parser } from 'n3'
import { expect, test } from 'vitest'
import { atomFeed } from './feed.ts'
import { toJsonLd, toTurtle } from './graph.ts'

test('whatever a name holds, Turtle gives it back', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
    const [quad] = new Parser().parse(toTurtle([{ iri: 'http://a.example/b c<d>', statements: [['dct:title', { text, lang: 'fr' }]] }]))
    expect(quad!.object.value).toBe(text)
    expect(quad!.subject.value).toBe('http://a.example/b%20c%3Cd%3E')
    expect(JSON.parse(toJsonLd([{ iri: 'http://a.example/', statements: [['dct:title', { text, lang: 'fr' }]] }]))['@graph'][0]['dct:title']).toEqual({ '@value': text, '@language': 'fr' })
  }))
})

test('a district whose name is mark-up stays text in the feed', () => {
  const feed = atomFeed({ name: { fr: '<b>"&"</b>', en: 'x' } } as never, 'http://a.example', [], 0)
  expect(feed).toContain('&lt;b&gt;&quot;&amp;&quot;&lt;/b&gt;')
  expect(feed).not.toContain('<b>')
  expect(feed).toContain('<updated>1970-01-01T00:00:00.000Z</updated>')
})
