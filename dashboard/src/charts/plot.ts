/** What a line plot shows, free of ECharts: the shapes of the charts make it, `plot-option.ts` draws it. */
import type { Tick } from './time-ticks.ts'

/** How a value was come by is drawn, not only said: solid, hatched underneath, or dashed. */
export type LineStyle = 'measured' | 'estimated' | 'forecast' | 'reference'

export interface PlotLine {
  readonly label: string
  /** A custom property of tokens.css, e.g. `--electricity`. */
  readonly colour: string
  readonly style: LineStyle
  /** Ascending in x; `null` is a gap and stays one. */
  readonly points: readonly (readonly [x: number, y: number | null])[]
  /** A value holds until the next one. */
  readonly steps?: boolean
}

/** How much of its colour a band covers; one upon another covers more. */
export const BAND_OPACITY = 0.22

/** Between P10 and P90, or what else the band means to the caller. Later ones lie upon earlier ones. */
export interface PlotBand {
  readonly colour: string
  readonly points: readonly (readonly [x: number, low: number, high: number])[]
}

export interface PlotLimit {
  readonly value: number
  readonly label: string
  readonly level: 'watch' | 'over'
}

export interface Plot {
  readonly lines: readonly PlotLine[]
  readonly bands?: readonly PlotBand[]
  readonly limits?: readonly PlotLimit[]
  readonly x: { readonly from: number; readonly to: number }
  /** Absent: ticks of local time. */
  readonly ticks?: readonly Tick[]
  readonly unit: string
  /** Absent: as the values ask for. */
  readonly y?: { readonly from: number; readonly to: number }
  /** Instant that parts past and future, or what else is marked on the axis under a name of its own. */
  readonly now?: number
  readonly nowLabel?: string
}

/** Splits one series by how its values were come by; neighbours share a point, so that a change of style is not a gap. */
export function splitByStyle(
  points: readonly { readonly at: number; readonly value: number | null; readonly style: LineStyle }[],
): { style: LineStyle; points: [number, number | null][] }[] {
  const split = new Map<LineStyle, [number, number | null][]>()
  const of = (style: LineStyle) => {
    let found = split.get(style)
    if (!found) split.set(style, (found = []))
    return found
  }
  points.forEach((point, index) => {
    const previous = points[index - 1]
    const line = of(point.style)
    if (previous && previous.style !== point.style) {
      of(previous.style).push([point.at, null])
      // The line starts at its neighbour's last point; a gap before it keeps two stretches of one style apart.
      if (line.length > 0 && line[line.length - 1][1] !== null) line.push([previous.at, null])
      line.push([previous.at, previous.value])
    }
    line.push([point.at, point.value])
  })
  return [...split].map(([style, own]) => ({ style, points: own }))
}
