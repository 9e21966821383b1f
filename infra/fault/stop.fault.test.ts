import { get } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { ROUTES } from '#contract/routes.ts'
import { killChildren } from './lab/children.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startSite } from './lab/site.ts'

const EXIT_MS = 10_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

afterAll(killChildren)

interface Answer { readonly status: number; readonly body: string }
/** On a connection of its own: a request either never got in, or is answered to its end. */
const ask = (url: string): Promise<Answer | NodeJS.ErrnoException> => new Promise((resolve) => {
  get(url, { agent: false }, (answer) => {
    let body = ''
    answer.setEncoding('utf8').on('data', (text: string) => { body += text }).on('error', resolve).on('end', () => resolve({ status: answer.statusCode!, body }))
  }).on('error', resolve)
})

test.runIf(isAsked(25))('SIGTERM under load: first not ready, then what is under way is answered, then it ends well, and nothing is lost', () => experiment(25, 'service', async (run) => {
  const site = await startSite({ sources: 3 })
  const producing = site.keepProducing(10)
  let answered = 0
  for (let stop = 0; stop < counts(3, 50); stop++) {
    if (stop > 0) await site.service.restart()
    let open = true
    const failures: string[] = []
    // Like whoever shares out requests: sends them here as long as it says that it is ready.
    const load = Array.from({ length: 6 }, async () => {
      while (open) {
        await pause(15)
        const outcome = await ask(`${site.url}${ROUTES.service.document}`)
        if ('status' in outcome && outcome.status === 200 && outcome.body.endsWith('}')) answered++
        else failures.push('status' in outcome ? `status ${outcome.status}, ${outcome.body.length} bytes` : String(outcome.code))
      }
    })
    await pause(run.random.between(200, 1_500))
    run.fault()
    const begun = performance.now()
    const exit = site.service.stop()
    let saidStopping = false
    for (;;) {
      const outcome = await ask(`${site.url}${ROUTES.service.ready}`)
      if (!('status' in outcome)) break
      if (outcome.status === 503 && outcome.body.includes('stopping')) {
        saidStopping = true
        open = false
      }
      await pause(10)
    }
    open = false
    expect(saidStopping).toBe(true)
    expect(await exit).toBe(0)
    const ms = performance.now() - begun
    run.recovered(ms)
    await Promise.all(load)
    expect(failures).toEqual([])
    expect(ms).toBeLessThan(EXIT_MS)
    expect(site.service.output()).toContain('Nothing acknowledged is lost')
  }
  await site.service.restart()
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled()
  const counted = await site.counted()
  run.values({ produced, stored, deduplicated: counted.deduplicated, quarantined: counted.quarantined, dropped: counted.dropped })
  run.measure('requests answered', answered)
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  expect(answered).toBeGreaterThan(counts(50, 500))
  expect(await site.stop()).toBe(0)
  await site.remove()
}))

test.runIf(isAsked(25))('a second SIGTERM ends it at once with 1, and nothing acknowledged is lost', () => experiment(25, 'second signal', async (run) => {
  const site = await startSite()
  const producing = site.keepProducing(5)
  await pause(1_000)
  run.fault()
  site.service.signal('SIGTERM')
  await expect.poll(() => site.service.output(), { timeout: 10_000, interval: 5 }).toContain('Stopping')
  site.service.signal('SIGTERM')
  expect(await site.service.exited).toBe(1)
  // The roles see that their supervisor is gone; a new one waits for the lock of the store.
  await site.service.restart()
  await producing.stop()
  const { produced, stored, examples } = await site.settled()
  run.values({ produced, stored })
  expect(examples).toEqual([])
  await site.remove()
}))
