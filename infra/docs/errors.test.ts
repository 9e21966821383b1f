import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERRORS_PAGE, errorsPage } from './errors.ts'

test('the page of error codes says what the registry says', () => {
  expect(readFileSync(ERRORS_PAGE, 'utf8'), 'run: node infra/docs/errors.ts').toBe(errorsPage())
})
