import type { Page } from 'playwright-core'

/** Goes through the real sign-in of the demonstration and ends on `path`. `who`: any text on the person's button. */
export async function signIn(page: Page, url: string, path: string, who: string): Promise<void> {
  await page.goto(`${url}/api/session/sign-in?returnTo=${encodeURIComponent(path)}`)
  await page.getByRole('button', { name: who }).click()
  await page.waitForURL((address) => address.pathname.startsWith(path))
}
