/** `node services/api/write-openapi.ts` writes docs/openapi.json; a test fails when it is out of date. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildApp } from './app.ts'
import type { ApiDeps } from './deps.ts'

export const OPENAPI_FILE = resolve(import.meta.dirname, '../../docs/openapi.json')

/** The document as committed: made from the routes, with nothing behind them. */
export async function openApiText(deps: ApiDeps): Promise<string> {
  const app = await buildApp(deps)
  await app.ready()
  const text = `${JSON.stringify(app.swagger(), null, 1)}\n`
  await app.close()
  return text
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { exampleDeps } = await import('./example-deps.ts')
  writeFileSync(OPENAPI_FILE, await openApiText(exampleDeps().deps))
}
