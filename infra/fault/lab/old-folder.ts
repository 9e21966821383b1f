/** Data folders of old versions as they lie in fixtures/, and what is known of them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Answer, AskedFolder } from './hundred-queries.ts'

const fixtures = resolve(import.meta.dirname, '../../../fixtures/data-folders')

/** Puts the folder of a version into `target`. */
export function unpackOldFolder(version: string, target: string): void {
  const packed = join(fixtures, version)
  for (const file of readdirSync(packed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.gz'))) {
    const place = join(target, file.replace(/\.gz$/, ''))
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, gunzipSync(readFileSync(join(packed, file))))
  }
}

/** What the old version itself said of its folder. */
export const toldByOld = (version: string): { readonly asked: AskedFolder; readonly rows: Readonly<Record<string, number>>; readonly answers: readonly Answer[] } =>
  JSON.parse(readFileSync(join(fixtures, version, 'answers.json'), 'utf8')) as ReturnType<typeof toldByOld>
