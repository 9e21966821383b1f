import { writeFileSync } from 'node:fs'
import { launchBrowser } from './browser.ts'
import { signIn } from './sign-in.ts'
import { startService } from './service.ts'
const service = await startService({ historyDays: 20 })
writeFileSync('/tmp/c-service.txt', service.url)
const browser = await launchBrowser()
try {
  await new Promise((r) => setTimeout(r, Number(process.env.SETTLE ?? 60) * 1000))
  for (const [size, scheme, locale] of [['desktop', 'light', 'fr-FR'], ['phone', 'dark', 'en-GB'], ['desktop', 'dark', 'en-GB'], ['phone', 'light', 'fr-FR']] as const) {
    const context = await browser.newContext({ viewport: size === 'desktop' ? { width: 1280, height: 900 } : { width: 360, height: 780 }, colorScheme: scheme, locale, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.on('console', (m) => { if (m.type() === 'error' || m.text().includes('Content Security')) console.log('CONSOLE', m.text()) })
    page.on('pageerror', (e) => console.log('PAGEERROR', e.message))
    await signIn(page, service.url, '/mes-donnees', 'Rozenn Le Bihan')
    await page.waitForTimeout(4000)
    await page.screenshot({ path: `/tmp/c-${size}-${scheme}.png`, fullPage: true })
    if (size === 'desktop' && scheme === 'light') {
      await page.getByRole('button', { name: /Retirer l’accord : Courbe de charge, Surveillance/ }).click()
      await page.waitForTimeout(1000)
      await page.getByRole('button', { name: /Lire et donner l’accord : Courbe de charge, Préparation/ }).click()
      await page.waitForTimeout(300)
      await page.screenshot({ path: '/tmp/c-consent.png', fullPage: true })
      await page.getByRole('button', { name: 'J’accepte' }).click()
      await page.waitForTimeout(800)
      await page.getByRole('button', { name: /Effacer mes valeurs/ }).click()
      await page.getByLabel(/J’ai compris/).check()
      await page.screenshot({ path: '/tmp/c-erase.png', fullPage: true })
      await page.getByRole('button', { name: 'Effacer définitivement' }).click()
      await page.waitForTimeout(15000)
      await page.screenshot({ path: '/tmp/c-after.png', fullPage: true })
      console.log(await page.locator('#erase').locator('..').innerText())
      const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]); console.log('width', width)
    }
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]); console.log(size, scheme, 'width', width)
    await context.close()
  }
} finally {
  await browser.close()
  await service.stop()
}
