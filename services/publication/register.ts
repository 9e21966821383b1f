/** For the data officer: the register of releases with what no public route may read. */
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { RegisterReader } from './port.ts'
import { newestQuarters } from './quarter-book.ts'
import { entryOf, pageOf, type ReleaseRow } from './release-rows.ts'
import { RELEASES_MIGRATIONS } from './schema.ts'

/** Nothing yet until work has made the file. */
export function openRegisterReader(file: string): RegisterReader {
  const awaited = openQuestions(file, RELEASES_MIGRATIONS, (database) => {
    const one = database.prepare('SELECT * FROM release WHERE release_id = ?')
    return { one: (releaseId: number) => one.get(releaseId) as ReleaseRow | undefined, page: pageOf(database), quarters: newestQuarters(database) }
  })
  return {
    async entry(releaseId) {
      const row = awaited.ready()?.one(releaseId)
      return row && entryOf(row)
    },
    entries: async (query) => (awaited.ready()?.page(query) ?? []).map(entryOf),
    quarters: async () => awaited.ready()?.quarters() ?? [],
    async close() {
      awaited.close()
    },
  }
}
