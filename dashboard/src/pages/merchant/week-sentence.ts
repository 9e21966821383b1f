import type { MerchantSummary } from '#contract/merchant.ts'
import type { Speech } from '../../charts/shaped.ts'

/** Under this a difference is not worth a word. */
const SAME_PCT = 1
/** Above this a week counts as fully read. */
const COMPLETE_PCT = 99

/** The first thing a shopkeeper reads: this week, against the last, and its peak. */
export function weekSentences(summary: Pick<MerchantSummary, 'week' | 'changePct' | 'peak'>, { t, f }: Speech): string[] {
  const { week, changePct, peak } = summary
  if (week.energyKwh === null) return [t.merchant.weekNone]
  const energy = f.energy(week.energyKwh)
  const percent = f.percent(Math.abs(changePct ?? 0))
  const first =
    changePct === null ? t.merchant.weekSentence(energy)
    : Math.abs(changePct) < SAME_PCT ? t.merchant.weekSame(energy)
    : changePct < 0 ? t.merchant.weekLess(energy, percent)
    : t.merchant.weekMore(energy, percent)
  return [
    first,
    ...(peak ? [t.merchant.peak(f.dateTime(peak.at), f.power(peak.powerKw))] : []),
    ...(week.coveragePct < COMPLETE_PCT ? [t.merchant.coverage(f.percent(week.coveragePct))] : []),
  ]
}
