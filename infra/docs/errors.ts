/** Writes docs/errors.md from the registry; a test fails when the committed page is out of date. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_CODES } from '#models/errors/codes.ts'

export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, { meaning, remedy, retryable, status }]) => `| \`${name}\` | ${meaning} | ${remedy} | ${retryable ? 'yes' : 'no'} | ${status} |`)
  return [
    '# Error codes',
    '',
    'Made from `models/errors/codes.ts` by `node infra/docs/errors.ts`.',
    '',
    '| code | what happened | what to do | may succeed later unchanged | HTTP |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export const ERRORS_PAGE = join(import.meta.dirname, '../../docs/errors.md')
if (import.meta.main) writeFileSync(ERRORS_PAGE, errorsPage())
