/** What the checks of metered values can find; each kind has one rule, which docs/validation.md tells with its source. */
export const FINDING_KINDS = [
  'above-limit', 'negative', 'spike', 'flatline', 'stopped', 'missing', 'after-outage',
  'rollover', 'reset', 'meter-change', 'meter-change-unannounced', 'negative-jump', 'implausible-jump', 'outlier',
  'sum-check', 'clock-drift', 'shifted', 'swapped',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** note: explained, for the record; doubt: a person should look; fault: cannot be, or values were taken out. */
export type Severity = 'note' | 'doubt' | 'fault'

/** One finding on one series: over which time, what, and the numbers that say so. */
export interface SeriesFinding {
  readonly from: number
  readonly to: number
  readonly kind: FindingKind
  readonly severity: Severity
  readonly evidence: Readonly<Record<string, number>>
  /** For an exchange of two meters: the point with which. */
  readonly other?: string
}

const SEVERITY: Readonly<Record<FindingKind, Severity>> = {
  'above-limit': 'fault', negative: 'fault', spike: 'doubt', flatline: 'doubt', stopped: 'doubt', missing: 'doubt', 'after-outage': 'doubt',
  rollover: 'note', reset: 'doubt', 'meter-change': 'note', 'meter-change-unannounced': 'fault', 'negative-jump': 'fault', 'implausible-jump': 'fault', outlier: 'doubt',
  'sum-check': 'fault', 'clock-drift': 'doubt', shifted: 'doubt', swapped: 'doubt',
}

/** A finding with the usual severity of its kind. */
export const finding = (kind: FindingKind, from: number, to: number, evidence: Readonly<Record<string, number>>, severity: Severity = SEVERITY[kind]): SeriesFinding =>
  ({ from, to, kind, severity, evidence })

/** How many of each kind. */
export function countByKind(findings: readonly Pick<SeriesFinding, 'kind'>[]): Partial<Record<FindingKind, number>> {
  const counts: Partial<Record<FindingKind, number>> = {}
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
