import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { startService, type RunningService } from './service.ts'
import { signIn } from './sign-in.ts'

/** The whole service with its simulated field, looked at by real people's pages in a real browser. */
let service: RunningService
let browser: Browser
const contexts: { close(): Promise<void> }[] = []

beforeAll(async () => {
  service = await startService()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await service?.stop()
})

interface Watched { page: Page; errors: string[] }

/** A page whose console errors, failed requests and foreign addresses are written down. */
async function open(options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
  contexts.push(context)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => { if (new URL(request.url()).hostname !== '127.0.0.1') errors.push(`request to ${request.url()}`) })
  return { page, errors }
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: page as never }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
}

const json = async <T>(page: Page, path: string): Promise<T> => (await (await page.request.get(service.url + path)).json()) as T

describe('the resident, without signing in', () => {
  test('reads how much of its capacity the district uses, from a release', async () => {
    const { page, errors } = await open()
    await expect.poll(async () => (await json<{ release: object | null }>(page, '/api/public/live')).release, { timeout: 110_000, interval: 1_000 }).not.toBeNull()
    await page.goto(`${service.url}/quartier`)
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 10_000 }).toMatch(/capacité|utilis/)
    expect(await page.locator('h1').textContent()).toMatch(/\d+\s*%/)
    expect(await page.locator('figure, section').filter({ hasText: 'kW' }).count()).toBeGreaterThan(0)
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  test('in English, in the dark, on a narrow phone, without scrolling sideways', async () => {
    const { page, errors } = await open({ locale: 'en-GB', colorScheme: 'dark', viewport: { width: 320, height: 640 } })
    for (const path of ['/quartier', '/methode', '/accessibilite', '/publications/pourquoi']) {
      await page.goto(service.url + path)
      await page.locator('h1').waitFor()
      await page.waitForTimeout(1_000)
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), path).toBeLessThanOrEqual(0)
      expect(await page.evaluate('document.documentElement.lang')).toBe('en')
      await expectAccessible(page)
    }
    expect(errors).toEqual([])
  })

  test('learns nothing else: every other tree is closed', async () => {
    const { page } = await open()
    for (const path of ['/api/merchant/delivery-points', '/api/planner/state', '/api/planner/measurement-points?element=P05.T1', '/api/operator/sources']) {
      const response = await page.request.get(service.url + path)
      expect([path, response.status()]).toEqual([path, 401])
      expect(response.headers()['content-type']).toContain('application/problem+json')
    }
  })
})

describe('the person at home', () => {
  test('reads, decides and has erased what is known of the own dwelling, on a narrow phone too', async () => {
    const { page, errors } = await open({ viewport: { width: 320, height: 640 } })
    await signIn(page, service.url, '/mes-donnees', 'Rozenn Le Bihan')
    await page.getByText('log-0012').first().waitFor()
    await page.getByRole('button', { name: /Lire et donner l’accord : Valeurs journalières, Préparation/ }).click()
    await page.getByText(/Cet accord est facultatif/).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(0)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'J’accepte' }).click()
    await page.getByText('Accord enregistré').waitFor()
    const collected = async () => (await json<{ points: { collected: string }[] }>(page, '/api/resident/record')).points.map((point) => point.collected)
    expect(await collected()).toEqual(['load-curve'])
    await page.getByRole('button', { name: /Retirer l’accord : Courbe de charge, Surveillance/ }).click()
    await page.getByText('Accord retiré').waitFor()
    expect(await collected()).toEqual(['daily'])
    await page.getByRole('button', { name: 'Effacer mes valeurs…' }).click()
    await page.getByLabel(/J’ai compris/).check()
    await page.getByRole('button', { name: 'Effacer définitivement' }).click()
    await expect.poll(async () => (await json<{ erasures: { state: string; removed: number }[] }>(page, '/api/resident/record')).erasures, { timeout: 60_000, interval: 1_000 }).toMatchObject([{ state: 'done', removed: expect.any(Number) }])
    expect(await collected()).toEqual(['none'])
    expect(errors).toEqual([])
  })
})

describe('the shopkeeper', () => {
  test('sees the own shop, under ten seconds old, and nobody else’s', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/commerce', 'Boulangerie du Quai')
    await page.getByRole('link', { name: 'Boulangerie du Quai' }).first().click()
    await expect.poll(() => page.locator('main').textContent(), { timeout: 20_000 }).toMatch(/mesuré il y a \d\s*s/)
    expect(await page.locator('h1').textContent()).toContain('Boulangerie du Quai')
    await expectAccessible(page)
    expect(errors).toEqual([])
    const status = async (id: string) => (await page.request.get(`${service.url}/api/merchant/delivery-points/${id}/summary`)).status()
    expect(await status('pdl-boulangerie-du-quai')).toBe(200)
    // A neighbour and something that does not exist answer alike.
    expect([await status('pdl-le-pont-tournant'), await status('nothing-of-this-name')]).toEqual([404, 404])
  })
})

interface Traced { pointId: string; at: number | null; value: number | null; sourceId: string; deviceAddress: string }

describe('the planner', () => {
  test('sees the network with live loadings', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/planification', 'Anne Le Goff')
    await expect.poll(() => page.locator('h1 ~ p, header p, main p').first().textContent(), { timeout: 60_000 }).toMatch(/limite|vigilance|chargé/)
    await page.locator('svg [data-id="P05.T1"]').first().waitFor()
    await expect.poll(() => page.locator('main').textContent(), { timeout: 60_000 }).toMatch(/kVA · \d+\s*%/)
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  test('reads the forecast of a feeder with its band by keyboard, and the address keeps another choice', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/planification', 'Anne Le Goff')
    await expect.poll(async () => (await json<{ quantilesKw: object[] }>(page, '/api/planner/forecast?series=R01')).quantilesKw.length, { timeout: 110_000, interval: 1_000 }).toBe(5)
    await page.goto(`${service.url}/planification?serie=R01`)
    const figure = page.locator('figure', { has: page.getByRole('heading', { name: /Prévision : .*R01/ }) })
    await expect.poll(() => figure.locator('figcaption').textContent(), { timeout: 20_000 }).toMatch(/^Pointe prévue : .* neuf fois sur dix entre .* et /)
    // Nine days of history: it says that it could do no better, before the first pass over whole days and after it.
    expect(await figure.textContent()).toMatch(/Prévision (par le même jour de la semaine passée|d’après un jour semblable) : pas assez d’historique pour faire mieux\./)
    expect(await figure.getByRole('list', { name: 'Légende' }).textContent()).toMatch(/mesuré.*prévu.*une fois sur deux.*neuf fois sur dix/)
    await figure.locator('.plot').focus()
    await page.keyboard.press('End')
    expect(await figure.locator('[aria-live]').textContent()).toMatch(/Origine prévu, Prévu .*\skW, Bas \(5 %\) .* Haut \(95 %\)/)
    await figure.getByLabel('Courbe').selectOption('pv-1')
    await page.getByRole('heading', { name: /Prévision : .*pv-1/ }).waitFor()
    expect(new URL(page.url()).searchParams.get('serie')).toBe('pv-1')
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  test('is told why no forecast has been scored yet, and when one will be', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/planification', 'Anne Le Goff')
    const figure = page.locator('figure', { has: page.getByRole('heading', { name: 'Que valent les prévisions' }) })
    await expect.poll(() => figure.textContent(), { timeout: 20_000 }).toMatch(/Aucune semaine de prévisions n’a encore été notée\..*au moins deux semaines de mesures/)
    expect(errors).toEqual([])
  })

  test('reads how likely the network is to pass its limits, and what one element may carry', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/planification', 'Anne Le Goff')
    await expect.poll(async () => (await json<{ readiness: string }>(page, '/api/planner/congestion-forecast')).readiness, { timeout: 110_000, interval: 1_000 }).toBe('ready')
    await page.goto(`${service.url}/planification?element=P05.T1`)
    const figure = page.locator('figure', { has: page.getByRole('heading', { name: 'Prévision des contraintes' }) })
    await expect.poll(() => figure.locator('figcaption').textContent(), { timeout: 20_000 }).toMatch(/(ne dépasse|dépasse) 80\s%.* probabilité (de plus de|allant jusqu’à) \d/)
    expect(await figure.textContent()).toMatch(/200 scénarios tirés ensemble/)
    await figure.getByRole('button', { name: /^Limite \(100/ }).click()
    await expect.poll(() => figure.locator('figcaption').textContent()).toMatch(/dépasse 100\s%/)
    expect(new URL(page.url()).searchParams.get('seuil')).toBe('limit')
    const one = page.locator('figure', { has: page.getByRole('heading', { name: /charge des prochains jours, par scénarios/ }) })
    await one.locator('.plot').focus()
    await page.keyboard.press('End')
    expect(await one.locator('[aria-live]').textContent()).toMatch(/Bas \(5 %\) .*%, Milieu .*%, Haut \(95 %\) .*%, Probabilité au-dessus de 80\s% .*%/)
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  test('can trace a value to the server it came from', async () => {
    const { page } = await open()
    await signIn(page, service.url, '/planification', 'Anne Le Goff')
    const traced = async () => (await json<{ points: Traced[] }>(page, '/api/planner/measurement-points?element=P05.T1')).points
    const ledger = async () => (await (await fetch(`${service.fieldControlUrl}/ledger`)).json()) as { now: number; latest: Record<string, { at: number; value: number }> }
    const powerOf = (points: Traced[]) => points.find(({ pointId }) => pointId === 'elec.tr.P05.T1.p')!
    expect(powerOf(await traced())).toMatchObject({ sourceId: 'network', deviceAddress: 'P05.T1' })
    await expect.poll(async () => {
      const point = powerOf(await traced())
      const produced = (await ledger()).latest[point.pointId]
      return point.at === produced.at ? point.value === produced.value : 'not the same moment'
    }, { timeout: 30_000, interval: 400 }).toBe(true)
    const point = powerOf(await traced())
    expect((await ledger()).now - point.at!).toBeLessThan(10_000)
  })
})

describe('the operator', () => {
  test('corrects a span of a meter by the keyboard, sees it carried out in the ledger, and takes it back', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/exploitation', 'Yann Kerdoncuff')
    const card = page.locator('figure', { hasText: 'Contrôles des compteurs' })
    const ledger = page.locator('figure', { hasText: 'Registre des corrections' })
    await card.getByRole('button', { name: 'Corriger un autre point…' }).press('Enter')
    await expectAccessible(page)
    const form = page.getByRole('form', { name: 'Corriger des valeurs' })
    await form.getByLabel('Point de mesure').fill('elec.dp.common-01.e')
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })
    const { now } = await json<{ now: number }>(page, '/api/operator/sources')
    const start = Math.floor(now / 3_600_000) * 3_600_000 - 30 * 3_600_000
    await form.getByLabel('Du', { exact: true }).fill(clock.format(start).replace(' ', 'T'))
    await form.getByLabel('Au (exclu)').fill(clock.format(start + 3 * 3_600_000).replace(' ', 'T'))
    await form.getByLabel('Raison (obligatoire)').fill('compteur ouvert pendant une visite')
    await form.getByLabel('Raison (obligatoire)').press('Enter')
    await form.waitFor({ state: 'detached' })
    await expect.poll(() => ledger.textContent(), { timeout: 20_000 }).toContain('18 écrites')
    expect(await ledger.textContent()).toContain('Yann Kerdoncuff')

    await ledger.getByRole('button', { name: /^Reprendre/ }).first().click()
    await page.getByRole('form', { name: 'Reprendre une correction' }).getByLabel('Raison (obligatoire)').fill('mauvais point')
    await page.getByRole('button', { name: 'Inscrire au registre' }).click()
    await expect.poll(() => ledger.textContent(), { timeout: 20_000 }).toContain('reprise depuis')
    await expect.poll(async () => (await json<{ edits: { kind: string; state: string; valuesWritten: number }[] }>(page, '/api/operator/edits')).edits.map(({ kind, state, valuesWritten }) => [kind, state, valuesWritten]), { timeout: 20_000 }).toEqual([['undo', 'applied', 18], ['substitute', 'applied', 18]])
    expect(errors).toEqual([])
  })

  test('sees a stopped server as stale within 30 s, and its recovery', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/exploitation', 'Yann Kerdoncuff')
    await page.locator('table').first().waitFor()
    await expectAccessible(page)
    const sources = () => json<{ sources: { sourceId: string; stale: boolean; ageS: number | null; counts: { balance: number; quarantined: number } }[] }>(page, '/api/operator/sources').then((body) => body.sources)
    const buildings = async () => (await sources()).find(({ sourceId }) => sourceId === 'buildings')!
    await expect.poll(async () => (await buildings()).stale, { timeout: 30_000 }).toBe(false)
    const fault = (kind: string) => fetch(`${service.fieldControlUrl}/faults/modbus/${kind}`, { method: 'POST' })
    expect((await fault('silence')).ok).toBe(true)
    await expect.poll(async () => (await buildings()).stale, { timeout: 30_000, interval: 500 }).toBe(true)
    await expect.poll(() => page.locator('main').textContent(), { timeout: 20_000 }).toContain('ne livre plus')
    await fault('none')
    await expect.poll(async () => (await buildings()).stale, { timeout: 30_000, interval: 500 }).toBe(false)
    for (const { sourceId, counts } of await sources()) expect([sourceId, counts.balance, counts.quarantined]).toEqual([sourceId, 0, 0])
    expect(errors).toEqual([])
  })

  test('imports a file by keyboard and reads what was stored and what was refused', async () => {
    const { page, errors } = await open()
    await signIn(page, service.url, '/exploitation', 'Yann Kerdoncuff')
    const hour = (number: number) => new Date(Date.UTC(2020, 0, 1, number)).toISOString()
    const text = `timestamp,point,value\n${[0, 1, 2].map((number) => `${hour(number)},elec.tr.P05.T1.p,${number}`).join('\n')}\nhier,elec.tr.P05.T1.p,1\n`
    const file = page.getByLabel('Fichier de relevés')
    await file.setInputFiles({ name: 'relevés.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await file.focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Importer')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('main').textContent(), { timeout: 30_000 }).toContain('import terminé, 3 valeurs nouvelles')
    await page.getByText('Ce qui a été refusé').click()
    expect(await page.locator('main').textContent()).toContain('bad-time : 1 (ligne 5)')
    await expectAccessible(page)
    expect(errors).toEqual([])
  })
})
