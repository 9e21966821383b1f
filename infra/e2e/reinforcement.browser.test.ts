import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { KeptStudies, ReinforcementStart, RunAnswer } from '#contract/reinforcement.ts'
import type { Static } from 'typebox'
import { launchBrowser } from './browser.ts'
import { startService, type RunningService } from './service.ts'
import { signIn } from './sign-in.ts'

/** The page of studies against the whole service: its worker computes, its API keeps and signs. Needs nothing that `startService` does not start. */
const ANSWER = /Renforcer|Ne pas renforcer|Rien à construire|Aucune solution/
/** A quick run, the reading of the measured year before it included. */
const RUN_PATIENCE = { timeout: 100_000, interval: 250 }
const FIRST_PATIENCE_MS = 200_000
let service: RunningService
let browser: Browser
/** Of the page with the answer to the assumptions of the document: runs are shared by address, so that each test begins with an answer. */
let answerAddress: string

beforeAll(async () => {
  // Past two weeks the loads have a measured answer to cold.
  service = await startService({ historyDays: 21 })
  browser = await launchBrowser()
  const { page } = await openAsPlanner()
  await page.getByRole('link', { name: 'Renforcer ou non' }).click()
  // The demonstration fits its first forecasts meanwhile.
  await answered(page, FIRST_PATIENCE_MS)
  answerAddress = page.url()
  await page.context().close()
})
// Nobody looks any more: pages that are left open go on asking.
afterEach(async () => { await Promise.all(browser.contexts().map((context) => context.close())) })
afterAll(async () => {
  await browser?.close()
  await service?.stop()
})

/** @param address where to go on after the sign-in */
async function openAsPlanner(address?: string): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  page.on('pageerror', (error) => errors.push(error.message))
  await signIn(page, service.url, '/planification', 'Anne Le Goff')
  if (address !== undefined) {
    await page.goto(address)
    await answered(page)
  }
  return { page, errors }
}
const json = async <T>(page: Page, path: string): Promise<T> => (await (await page.request.get(service.url + path)).json()) as T
const inAddress = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)
const runOf = (page: Page) => json<RunAnswer>(page, `/api/planner/reinforcement/runs/${inAddress(page, 'calcul')}`)
const answered = (page: Page, timeout = RUN_PATIENCE.timeout) => page.locator('.answer .lead').filter({ hasText: ANSWER }).waitFor({ timeout })

test('a planner moves a slider by keyboard, sees the answer change hands, and shares it by its address', async () => {
  const { page, errors } = await openAsPlanner(answerAddress)
  const { study } = await json<ReinforcementStart>(page, '/api/planner/reinforcement')
  expect(await page.locator('h1').textContent()).toContain(String(study.toYear))

  const slider = page.getByRole('slider', { name: 'Taux d’actualisation' })
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => inAddress(page, 'hypotheses')).toMatch(/^money\.discountPct:[\d.]+$/)
  const asked = Number(inAddress(page, 'hypotheses')!.split(':')[1])
  await expect.poll(async () => (inAddress(page, 'calcul') === null ? 'not begun' : (await runOf(page)).status), RUN_PATIENCE).toBe('done')
  const { result } = await runOf(page)
  expect(result!.ask).toMatchObject({ depth: 'quick', changed: [{ path: 'money.discountPct', to: String(asked) }] })
  await expect.poll(() => page.locator('.former').count()).toBe(0)
  expect(await page.getByText('1 réglage modifié').count()).toBe(1)
  expect((await new AxeBuilder({ page: page as never }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.target.join(' ')}`)).toEqual([])

  // Whoever opens the address sees the same assumptions and the same run.
  const { page: other } = await openAsPlanner(page.url())
  expect(await other.getByRole('slider', { name: 'Taux d’actualisation' }).inputValue()).toBe(await slider.inputValue())

  await page.getByRole('button', { name: 'Annuler le dernier réglage' }).click()
  await expect.poll(() => inAddress(page, 'hypotheses')).toBeNull()
  expect(errors).toEqual([])
})

test('three weeks of measurements make a study that says how little of its year was measured', async () => {
  const { page } = await openAsPlanner(answerAddress)
  const { base } = (await runOf(page)).result!
  expect(base.hours).toBe(8760)
  expect(base.measuredHours).toBeGreaterThan(14 * 24)
  expect(base.measuredHours).toBeLessThan(30 * 24)
  await page.getByText(`têtes de départ mesurées ${base.measuredHours} heures sur`).waitFor()
})

test('a run is stopped by its button, and says that it gave no answer', async () => {
  const { page } = await openAsPlanner(answerAddress)
  await page.getByRole('button', { name: 'Étude complète' }).click()
  await page.getByRole('progressbar', { name: 'Calcul' }).waitFor()
  await page.getByRole('button', { name: 'Arrêter le calcul' }).click()
  await page.getByText('Calcul arrêté : aucune réponse à ces hypothèses.').waitFor()
  expect((await runOf(page)).status).toBe('cancelled')
})

test('a run is kept and signed; signing is asked for twice and cannot be done again', async () => {
  const { page, errors } = await openAsPlanner(answerAddress)
  await page.getByLabel('Titre').fill('Pour le conseil')
  await page.getByRole('button', { name: 'Garder', exact: true }).click()
  await page.getByText('Gardée : Pour le conseil, version 1.').waitFor()
  const kept = async () => (await json<Static<typeof KeptStudies>>(page, '/api/planner/reinforcement/studies')).studies.find(({ title }) => title === 'Pour le conseil')!
  expect((await kept()).signedAt).toBeNull()

  await page.getByRole('button', { name: /^Signer…/ }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByRole('button', { name: 'Signer définitivement' }).isDisabled()).toBe(true)
  await dialog.getByRole('checkbox').check()
  await dialog.getByRole('button', { name: 'Signer définitivement' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(/signée par Anne Le Goff/).waitFor()
  expect((await kept()).sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(await page.getByRole('button', { name: /^Signer…/ }).count()).toBe(0)

  await page.getByRole('button', { name: /^Ouvrir/ }).click()
  await page.getByText('Étude gardée : Pour le conseil, version 1.').waitFor()
  const file = await page.request.get(service.url + (await page.getByRole('link', { name: /^JSON de/ }).getAttribute('href'))!)
  expect(file.status()).toBe(200)
  expect(errors).toEqual([])
})

test('the network is walked by keyboard, and what is focused has its name', async () => {
  const { page } = await openAsPlanner(answerAddress)
  await page.locator('.stop[data-id="PS"]').focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => page.locator('.stop:focus').getAttribute('aria-label')).toContain('Poste source Kerlaouen – Ville ouest')
  await page.keyboard.press('Enter')
  expect(await page.locator('.stop:focus').getAttribute('aria-pressed')).toBe('true')
})

test('on a narrow phone nothing scrolls sideways', async () => {
  const { page } = await openAsPlanner(answerAddress)
  await page.setViewportSize({ width: 360, height: 740 })
  await expect.poll(() => page.locator('html').evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth)).toBe(360)
})
