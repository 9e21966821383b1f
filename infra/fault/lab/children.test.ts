import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { killChildren, startChild } from './children.ts'

afterAll(killChildren)

/** An orphan may stay in the list as a zombie where nobody waits for it. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.at(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return false
  }
}

const script = `process.on('SIGTERM', () => process.exit(7)); process.stdout.write('here ' + process.pid + '\\n'); setInterval(() => process.stdout.write('.'), 10)`
const start = () => startChild({ name: 'test', command: process.execPath, args: ['-e', script], ready: (output) => output.includes('here') })

test('a child is ready when it says so, freezes, goes on, stops and starts again', async () => {
  const child = await start()
  expect(child.output()).toContain(`here ${child.pid}`)
  child.signal('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const frozen = child.output().length
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(child.output().length).toBe(frozen)
  child.signal('SIGCONT')
  await expect.poll(() => child.output().length).toBeGreaterThan(frozen)
  expect(await child.stop()).toBe(7)
  expect(child.pid).toBeUndefined()
  await child.restart()
  const second = child.pid!
  await child.kill()
  expect(isAlive(second)).toBe(false)
})

test('one that ends before it is ready says what it printed', async () => {
  await expect(startChild({ name: 'short', command: process.execPath, args: ['-e', 'console.log("no disk"); process.exit(3)'], ready: () => false })).rejects.toThrow(/short ended before it was ready \(3\)[^]*no disk/)
})

test('a child dies with the process that started it, even when that one is killed', async () => {
  const lab = new URL('./children.ts', import.meta.url).href
  const starter = await startChild({
    name: 'starter', command: process.execPath,
    args: ['--input-type=module', '-e', `const { startChild } = await import(${JSON.stringify(lab)}); const child = await startChild({ name: 'inner', command: 'sleep', args: ['100'] }); console.log('inner=' + child.pid); setInterval(() => {}, 1000)`],
    ready: (output) => /inner=\d+\n/.test(output),
  })
  const inner = Number(/inner=(\d+)/.exec(starter.output())![1])
  expect(isAlive(inner)).toBe(true)
  await starter.kill()
  await expect.poll(() => isAlive(inner)).toBe(false)
})
