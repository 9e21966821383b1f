import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../../infra/e2e/browser.ts'
import { studyHtml, tenderSheet } from './index.ts'
import { noneHolds, sampleResult } from './sample-result.testkit.ts'

let browser: Browser
beforeAll(async () => { browser = await launchBrowser() })
afterAll(async () => { await browser?.close() })

test.each([['the study', studyHtml(sampleResult, 'fr')], ['a study in which nothing holds', studyHtml(noneHolds, 'en')], ['the tender sheet', tenderSheet(sampleResult, 'fr')]] as const)('%s: accessible, no wider than a phone', async (_, html) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
  const page = await context.newPage()
  await page.setContent(html)
  const { violations } = await new AxeBuilder({ page: page as never }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  await context.close()
})
