/** `PENFELD_FAULT_FULL=1`: the counts of the experiments as they are written down; without it the small form of `npm test`. */
export const FULL = process.env['PENFELD_FAULT_FULL'] === '1'

/** The count of this run. */
export const counts = <T>(small: T, full: T): T => (FULL ? full : small)

const only = process.env['PENFELD_FAULT_ONLY'] ?? ''
/** Whether `npm run fault -- NUMBER` asked for this one; always true where all are run. For `test.runIf`. */
export const isAsked = (number: number): boolean => only === '' || only.split(',').includes(String(number))
