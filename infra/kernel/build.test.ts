import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { buildKernel, KERNEL } from './build.ts'

test('the committed kernel is what its source gives', async () => {
  expect(Buffer.from(await buildKernel()).equals(await readFile(KERNEL))).toBe(true)
}, 60_000)
