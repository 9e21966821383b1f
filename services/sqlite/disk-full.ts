/** SQLITE_FULL, and the index of the log that could not grow: nothing of the statement was done, and it may succeed later. */
const FULL = 13
const INDEX_COULD_NOT_GROW = 4874

/** True for an error of SQLite that says no more than: there is no room. */
export function isDiskFull(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number }
  return errcode !== undefined && ((errcode & 0xff) === FULL || errcode === INDEX_COULD_NOT_GROW)
}
