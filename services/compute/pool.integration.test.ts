import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { openPool } from './pool.ts'

type Tasks = {
  double: { input: number; result: number }
  fault: { input: null; result: never }
  die: { input: null; result: never }
}

// The thread's file stands beside the pool, so that its imports resolve as they do in the service.
const folder = mkdtempSync(join(import.meta.dirname, 'pool-test-'))
const file = join(folder, 'thread.ts')
writeFileSync(file, `
  import { serveTasks } from '../thread.ts'
  import { PenfeldError } from '#models/errors/penfeld-error.ts'
  serveTasks({
    double: async (input, progress) => { progress(0.5); return 2 * input },
    fault: async () => { throw new PenfeldError('PF_GRID_INVALID', 'no source', { where: 'S1' }) },
    die: async () => process.exit(3),
  })`)
afterAll(() => rmSync(folder, { recursive: true }))

test('tasks run, faults keep their code, a thread that dies costs its own task only', async () => {
  const pool = openPool<Tasks>(pathToFileURL(file), 2, null)
  const progress: number[] = []
  const doubled = await Promise.all([1, 2, 3, 4, 5].map((input) => pool.run('double', input, (share) => progress.push(share))))
  expect(doubled).toEqual([2, 4, 6, 8, 10])
  expect(progress).toEqual([0.5, 0.5, 0.5, 0.5, 0.5])
  await expect(pool.run('fault', null)).rejects.toMatchObject({ message: expect.stringContaining('PF_GRID_INVALID [S1]'), retryable: false })
  await expect(pool.run('die', null)).rejects.toMatchObject({ retryable: true })
  await expect(pool.run('double', 21)).resolves.toBe(42)
  await pool.stop()
  await expect(pool.run('double', 1)).rejects.toThrow('PF_COMPUTE_THREAD_LOST')
})
