import { expect, test } from 'vitest'
import { DRAFT, studyPdf, tenderPdf, type DocumentHead } from './index.ts'
import { largeResult } from './large-result.testkit.ts'
import { noneHolds, nothingNeeded, sampleResult } from './sample-result.testkit.ts'

const pages = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0
const SIGNED: DocumentHead = { title: null, version: 3, signedAt: '2026-11-21T09:00:00Z', signedBy: 'A. Le Goff', sha256: 'ab12'.repeat(16) }

// Where nothing is needed there are no ways to compare, and less to read.
test.each([['the sample', sampleResult, SIGNED, 4], ['none holds', noneHolds, DRAFT, 4], ['nothing needed', nothingNeeded, DRAFT, 3], ['very much', largeResult, SIGNED, 4]] as const)('%s: at most 8 pages in both languages, with language, title and bookmarks', async (_, result, head, least) => {
  for (const lang of ['fr', 'en'] as const) {
    const pdf = await studyPdf(result, lang, head)
    expect(pdf.subarray(0, 8).toString('latin1')).toBe('%PDF-1.7')
    expect(pages(pdf)).toBeGreaterThanOrEqual(least)
    expect(pages(pdf)).toBeLessThanOrEqual(8)
    const text = pdf.toString('latin1')
    expect(text).toContain(`/Lang (${lang})`)
    expect(text).toMatch(/\/Outlines/)
    expect(text).toMatch(/\/DisplayDocTitle true/)
  }
})

test('the same study makes the same file, byte by byte, whenever it is printed', async () => {
  expect((await studyPdf(sampleResult, 'fr', SIGNED)).equals(await studyPdf(sampleResult, 'fr', SIGNED))).toBe(true)
})

test('a name cannot make it read a file or an address', async () => {
  const name = '/etc/hostname'
  const result = { ...sampleResult, district: { ...sampleResult.district, name: { fr: name, en: 'http://127.0.0.1:9/x' } }, elements: sampleResult.elements.map((one) => ({ ...one, name: '<image href="/etc/hostname"/>\u0007' })) }
  expect(pages(await studyPdf(result, 'en', DRAFT))).toBeGreaterThanOrEqual(4)
})

test('the tender sheet prints too', async () => {
  expect(pages(await tenderPdf(sampleResult, 'fr'))).toBe(2)
  expect(pages(await tenderPdf(noneHolds, 'en'))).toBe(1)
})
