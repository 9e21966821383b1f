import type { PublicRelease } from '#contract/public.ts'
import type { Sample } from '../series.ts'
import { extremes, withGaps } from '../series.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

/** The releases of the last 24 hours: each a mean over its half-hour, drawn as a step; what was withheld is a gap. */
export function shapeDistrictDay(releases: readonly PublicRelease[], span: { from: number; to: number }, { t, f }: Speech): ShapedFigure | undefined {
  const rows: Sample[] = releases.map((release) => ({ at: release.at, value: release.meanPowerKw, quality: release.meanPowerKw === null ? 'missing' : 'measured' }))
  const found = extremes(rows)
  if (!found) return undefined
  const stepMs = (releases[0]?.stepS ?? 1800) * 1000
  const last = releases[releases.length - 1]
  const shares = releases.flatMap((release) => (release.loadingPct === null ? [] : [release.loadingPct]))
  const firm = releases.findLast((release) => release.firmImportKw !== null)?.firmImportKw ?? null
  const [low, lowAt, high, highAt] = [f.power(found.low.value), f.time(found.low.at), f.power(found.high.value), f.time(found.high.at)]
  const words = t.public.day
  const withheld = (text: string, value: number | null) => (value === null ? t.figure.withheld : text)
  return {
    sentence: shares.length > 0 ? words.sentence(low, lowAt, high, highAt, f.percent(Math.max(...shares))) : words.sentenceWithoutShare(low, lowAt, high, highAt),
    table: {
      rowHeader: t.common.time,
      columns: [{ label: words.power, unit: 'kW' }, { label: words.loading, unit: '%' }, { label: words.published }],
      rows: releases.map((release) => ({
        header: f.dateTime(release.at),
        x: release.at,
        cells: [withheld(f.power(release.meanPowerKw), release.meanPowerKw), withheld(f.percent(release.loadingPct), release.loadingPct), f.time(release.publishedAt)],
        raw: [release.meanPowerKw, release.loadingPct, new Date(release.publishedAt).toISOString()],
      })),
    },
    plot: {
      lines: [
        {
          label: words.power,
          colour: '--electricity',
          style: 'measured',
          steps: true,
          points: [...withGaps(rows, stepMs).map((row) => [row.at, row.value] as const), [last.at + stepMs, last.meanPowerKw] as const],
        },
      ],
      limits: firm === null ? [] : [{ value: firm, label: words.limit(f.power(firm)), level: 'over' }],
      x: span,
      unit: 'kW',
    },
    legend: [
      { label: words.power, colour: '--electricity', stroke: 'solid' },
      ...(firm === null ? [] : [{ label: t.legend.limit, colour: '--over', stroke: 'solid' as const }]),
    ],
  }
}

/** Stretches of time in which the published loading was at least `thresholdPct`. Undefined: nothing is known. */
export function tenseHours(releases: readonly PublicRelease[], thresholdPct: number): { from: number; to: number }[] | undefined {
  const known = releases.filter((release) => release.loadingPct !== null)
  if (known.length === 0) return undefined
  const ranges: { from: number; to: number }[] = []
  for (const release of known) {
    if (release.loadingPct! < thresholdPct) continue
    const end = release.at + release.stepS * 1000
    const previous = ranges[ranges.length - 1]
    if (previous && previous.to === release.at) previous.to = end
    else ranges.push({ from: release.at, to: end })
  }
  return ranges
}
