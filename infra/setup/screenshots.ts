/** `npm run screenshots`: pictures of every page into docs/screenshots/, from the demonstration as it really runs. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../e2e/browser.ts'
import { signIn } from '../e2e/sign-in.ts'
import { startService } from '../e2e/service.ts'

const folder = resolve(import.meta.dirname, '../../docs/screenshots')
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 780 } } as const
/** Enough for a week beside the one before, and for the first estimates and releases to be made. */
const HISTORY_DAYS = 40
const SETTLE_MS = Number(process.env['PENFELD_SETTLE_S'] ?? 150) * 1_000

interface Look { readonly size: keyof typeof SIZES; readonly scheme: 'light' | 'dark'; readonly locale: 'fr-FR' | 'en-GB' }
const LOOKS: readonly Look[] = [
  { size: 'desktop', scheme: 'light', locale: 'fr-FR' },
  { size: 'desktop', scheme: 'dark', locale: 'en-GB' },
  { size: 'phone', scheme: 'light', locale: 'fr-FR' },
]
const PAGES = [
  { name: 'quartier', path: '/quartier', person: undefined },
  { name: 'methode', path: '/methode', person: undefined },
  { name: 'commerce', path: '/commerce', person: 'Boulangerie du Quai' },
  { name: 'mes-donnees', path: '/mes-donnees', person: 'Rozenn Le Bihan' },
  { name: 'planification', path: '/planification', person: 'Anne Le Goff' },
  // Its first answer is computed when it is opened.
  { name: 'etude', path: '/planification/etude', person: 'Anne Le Goff', until: '.answer' },
  { name: 'publications', path: '/publications', person: 'Gwénolé Madec' },
  { name: 'pourquoi', path: '/publications/pourquoi', person: undefined },
  { name: 'exploitation', path: '/exploitation', person: 'Yann Kerdoncuff' },
  { name: 'acces', path: '/acces', person: 'Soazig Le Gall' },
] as const

async function takeAll(browser: Browser, url: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const look of LOOKS) {
    for (const { name, path, person, ...more } of PAGES) {
      const context = await browser.newContext({ viewport: SIZES[look.size], colorScheme: look.scheme, locale: look.locale, reducedMotion: 'reduce' })
      const page: Page = await context.newPage()
      if (person === undefined) await page.goto(url + path)
      else await signIn(page, url, path, person)
      await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {}) // live streams never fall silent
      if ('until' in more) await page.locator(more.until).waitFor({ timeout: 120_000 })
      await page.waitForTimeout(2_500)
      await page.screenshot({ path: join(folder, `${name}-${look.size}-${look.scheme}.png`), fullPage: true })
      await context.close()
    }
  }
}

const service = await startService({ historyDays: HISTORY_DAYS })
const browser = await launchBrowser()
try {
  process.stdout.write(`The demonstration runs; pictures in ${SETTLE_MS / 1000} s, when it has something to show ...\n`)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  await takeAll(browser, service.url)
  process.stdout.write(`Pictures are in ${folder}.\n`)
} finally {
  await browser.close()
  await service.stop()
}
