import type { FeederHeadroom } from '#contract/planner.ts'

export type Level = FeederHeadroom['level']

export function levelOf(loadingPct: number | null | undefined, limits: { watchPct: number; limitPct: number }): Level {
  if (loadingPct === null || loadingPct === undefined) return 'unknown'
  if (loadingPct >= limits.limitPct) return 'over'
  return loadingPct >= limits.watchPct ? 'watch' : 'normal'
}

const WORST: readonly Level[] = ['unknown', 'normal', 'watch', 'over']
/** Of several elements; unknown where nothing is known of any. */
export const worstLevel = (levels: readonly Level[]): Level => levels.reduce<Level>((worst, level) => (WORST.indexOf(level) > WORST.indexOf(worst) ? level : worst), 'unknown')

/** A loading is told three times: by thickness, by dash and by a word beside it; colour only adds to them. */
export function strokeOf(loadingPct: number | null | undefined, level: Level): { width: number; dash: string | undefined } {
  const width = 2 + 5 * Math.min(1.2, Math.max(0, (loadingPct ?? 0) / 100))
  const dash: Record<Level, string | undefined> = { normal: undefined, watch: '16 4', over: '7 4', unknown: '1.5 5' }
  return { width: level === 'unknown' ? 2 : width, dash: dash[level] }
}
