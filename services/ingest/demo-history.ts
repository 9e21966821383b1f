import type { District } from '#models/district/schema.ts'
import { makeHistory } from '#services/simulator/history.ts'
import type { CollectGate } from '#services/consents/collect-gate.ts'
import type { AppendResult, TimeSeriesStore } from '#services/store/port.ts'
import type { CollectStatusStore } from './collect-status.ts'

const DAY_MS = 86_400_000
/** Series that share one commit: enough to keep the disk out of the way, few enough to let live values between. */
const AT_ONCE = 64
export const HISTORY = 'demo-history'

export interface DemoHistoryOptions {
  readonly district: District
  readonly days: number
  readonly now: number
  readonly store: TimeSeriesStore
  readonly status: CollectStatusStore
  readonly stopping: () => boolean
  readonly gate?: CollectGate | undefined
  say(message: string): void
}

/**
 * The past of the demonstration, made once, while live values already arrive. Its end is fixed at the first start, so
 * that a start after a crash makes the same values again and the store takes only what is missing.
 */
export async function importDemoHistory({ district, days, now, store, status, stopping, gate, say }: DemoHistoryOptions): Promise<void> {
  const known = status.progressOf(HISTORY)
  if (known?.share === 1 || days === 0) return
  const to = known === undefined ? now : (JSON.parse(known.detail) as { to: number }).to
  const from = to - days * DAY_MS
  const detail = JSON.stringify({ from, to })
  status.progress(HISTORY, 0, detail)
  const startedMs = Date.now()
  let samples = 0
  let told = 0
  let waiting: Promise<AppendResult>[] = []
  const settle = async (share: number) => {
    for (const { stored, deduplicated, revised } of await Promise.all(waiting)) samples += stored + deduplicated + revised
    waiting = []
    if (Math.floor(share * 10) <= told) return
    told = Math.floor(share * 10)
    status.progress(HISTORY, Math.min(share, 0.999), detail)
    say(`History of the demonstration: ${Math.round(share * 100)} % (${(samples / 1e6).toFixed(1)} million values, the newest first).`)
  }
  for await (const { pointId, at, values, quality, progress } of makeHistory({ district, from, to })) {
    if (stopping()) return
    const [id] = await store.register([pointId])
    const kept = gate === undefined || !gate.isGated(pointId) ? undefined : (_: number, i: number) => gate.refused(pointId, at[i]!) === undefined
    const series = kept === undefined ? { at, values, quality } : { at: at.filter(kept), values: values.filter(kept), quality: quality.filter(kept) }
    waiting.push(store.importSeries(id, series, { recordedAt: to, source: 'import:demo-history' }))
    if (waiting.length >= AT_ONCE) await settle(progress)
  }
  await settle(1)
  status.progress(HISTORY, 1, detail)
  say(`History of the demonstration is complete: ${(samples / 1e6).toFixed(1)} million values in ${Math.round((Date.now() - startedMs) / 1000)} s.`)
}
