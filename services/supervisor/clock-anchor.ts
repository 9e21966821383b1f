import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The real time at which the origin of PENFELD_CLOCK held. Kept with the stored values: starting again with the same
 * setting goes on, because time that runs backwards would contradict what is already stored.
 */
export function clockAnchor(dataFolder: string, setting: string | undefined, realNowMs: number): number {
  const file = join(dataFolder, 'clock.json')
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { setting: string; startedRealMs: number }
    if (kept.setting === (setting ?? '')) return kept.startedRealMs
  } catch {
    // First start, or another setting: a new anchor is written below.
  }
  mkdirSync(dataFolder, { recursive: true })
  writeFileSync(file, JSON.stringify({ setting: setting ?? '', startedRealMs: realNowMs }))
  return realNowMs
}
