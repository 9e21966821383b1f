/** A real Chromium for tests and pictures. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['PENFELD_CHROMIUM'] ?? PLACES.find((place) => existsSync(place))
  if (executablePath === undefined) throw new Error('No Chromium found: install the Debian package chromium, or set PENFELD_CHROMIUM to another browser.')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
