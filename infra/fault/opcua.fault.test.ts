import { expect, test } from 'vitest'
import { counts, FULL, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startOpcUaRig } from './opcua/rig.ts'

const FULL_PATIENCE_MS = 20 * 60_000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const NOTHING_WRONG = { lost: 0, doubled: 0, invented: 0, different: 0 }

test.runIf(isAsked(1))('1: a server that is killed again and again: every time of its history is stored once', () =>
  experiment(1, 'server killed', async (run) => {
    const [kills, totalMs] = counts([5, 50_000], [50, 600_000])
    const rig = await startOpcUaRig(counts({ points: 60, stepMs: 200 }, { points: 2_000, stepMs: 200 }))
    await pause(3_000)
    const gapsMs: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const turnMs = performance.now()
      await rig.field.kill()
      run.fault()
      await pause(run.random.between(0.2, counts(5, 8)) * 1_000)
      await rig.field.restart()
      // What was produced before the kill and is not stored yet, and what comes first after it.
      const gapMs = await rig.catchUp([], 120_000)
      gapsMs.push(gapMs)
      run.recovered(gapMs)
      await pause(Math.max(0, totalMs / kills - (performance.now() - turnMs)))
    }
    expect(await rig.settle(run)).toMatchObject(NOTHING_WRONG)
    expect(Math.max(...gapsMs)).toBeLessThan(30_000)
  }), FULL_PATIENCE_MS)

test.runIf(isAsked(2) && FULL)('2: other namespaces and fewer nodes after a restart: no value of a wrong node, the others go on', () =>
  experiment(2, 'namespaces moved', async (run) => {
    const points = counts(100, 2_000)
    const gone = Array.from({ length: points / 20 }, (_, index) => index * 20 + 7)
    const rig = await startOpcUaRig({ points, stepMs: 200, refusedRetryS: counts(2, 60) })
    await pause(2_000)
    await rig.field.stop()
    run.fault()
    rig.change({ namespacesBefore: ['urn:elsewhere', 'urn:elsewhere-too'], gone })
    await rig.field.restart()
    const recoveredMs = await rig.catchUp(gone)
    run.recovered(recoveredMs)
    expect(recoveredMs).toBeLessThan(30_000)
    await expect.poll(() => rig.told().status.detail, { timeout: 20_000 }).toMatch(new RegExp(`^${gone.length} of ${points} nodes refused, e.g. D7.p: BadNodeIdUnknown`))
    expect(rig.told().counters.dropped['node-refused']).toBe(gone.length)
    await pause(2_000)
    // They come back.
    await rig.field.stop()
    rig.change({ namespacesBefore: ['urn:elsewhere'], gone: [] })
    await rig.field.restart()
    await rig.catchUp()
    expect(await rig.settle(run)).toMatchObject(NOTHING_WRONG)
  }), FULL_PATIENCE_MS)

test.runIf(isAsked(3))('3: Republish has nothing: live at once, and the gap comes from the history', () =>
  experiment(3, 'BadMessageNotAvailable', async (run) => {
    const rig = await startOpcUaRig({ points: counts(60, 2_000), stepMs: 200, forgetsMessages: true })
    await pause(2_000)
    for (let cut = 0; cut < counts(2, 10); cut++) {
      // Messages go out into the hole, and the server keeps none of them.
      rig.proxy.set({ hole: true })
      run.fault()
      await pause(1_500)
      rig.proxy.heal()
      const liveMs = await rig.catchUp([], 20_000)
      run.recovered(liveMs)
      expect(liveMs).toBeLessThan(10_000)
    }
    expect(rig.told().status.certificateExpiresAt).toBeGreaterThan(Date.now())
    const { ladder, ...comparison } = await rig.settle(run)
    expect(comparison).toMatchObject(NOTHING_WRONG)
    expect(ladder).toMatch(/reactivated [1-9].*rebuilt-session [1-9]/)
    expect(ladder).not.toContain('republished')
  }), FULL_PATIENCE_MS)

test.runIf(isAsked(4) && FULL)('4: a half-open line is noticed, nothing is lost, and one session is left', () =>
  experiment(4, 'half-open', async (run) => {
    const rig = await startOpcUaRig({ points: counts(60, 2_000), stepMs: 200 })
    await pause(2_000)
    const { reconnects } = rig.told().status
    const begunMs = performance.now()
    rig.proxy.set({ hole: true })
    run.fault()
    await expect.poll(() => rig.told().status.reconnects, { timeout: 25_000 }).toBeGreaterThan(reconnects)
    const noticedMs = performance.now() - begunMs
    run.measure('noticedMs', noticedMs)
    expect(noticedMs).toBeLessThan(20_000)
    await pause(counts(25_000, 120_000) - noticedMs)
    rig.proxy.heal()
    run.recovered(await rig.catchUp())
    await pause(1_000)
    expect(rig.stats().sessions).toBe(1)
    expect(await rig.settle(run)).toMatchObject(NOTHING_WRONG)
  }), FULL_PATIENCE_MS)

test.runIf(isAsked(5) && FULL)('5: a line of 256 kbit/s with much delay: what does not fit comes afterwards', () =>
  experiment(5, 'slow line', async (run) => {
    const rig = await startOpcUaRig({ points: 2_000, stepMs: 200 })
    await pause(2_000)
    // Lost packets are, to whoever reads the stream, a line that is slow and late.
    rig.proxy.set({ bytesPerS: 32_000, latencyMs: 200, jitterMs: 150 })
    run.fault()
    await pause(300_000)
    rig.proxy.heal()
    const drainedMs = await rig.catchUp([], 180_000)
    run.recovered(drainedMs)
    expect(drainedMs).toBeLessThan(120_000)
    expect(await rig.settle(run)).toMatchObject(NOTHING_WRONG)
  }), FULL_PATIENCE_MS)

test.runIf(FULL && isAsked(6))('6: a collector that stands still while queues run over at the server: noticed, read from history', () =>
  experiment(6, 'queue overflow', async (run) => {
    const rig = await startOpcUaRig({ points: 200, stepMs: 20 })
    await pause(1_500)
    // After short stillness the subscription still stands and its overflow bits tell of the loss; after a minute the
    // server has ended it, and a new one has to fetch all of the time between.
    for (const stillMs of [3_000, 10_000, 60_000]) {
      const before = rig.turns()
      rig.collector.signal('SIGSTOP')
      run.fault()
      await pause(stillMs)
      // Counted in values, for a busy machine produces fewer: 100 of an item are kept at the server, and a few are on their way.
      await expect.poll(rig.turns, { timeout: 60_000, interval: 250 }).toBeGreaterThan(before + 200)
      rig.collector.signal('SIGCONT')
      run.recovered(await rig.catchUp())
    }
    expect(await rig.settle(run)).toMatchObject(NOTHING_WRONG)
    const { dropped } = rig.told().counters
    run.measure('overflows', dropped['overflow-at-server'] ?? 0)
    expect(dropped['overflow-at-server']).toBeGreaterThan(0)
  }), FULL_PATIENCE_MS)
