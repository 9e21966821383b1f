import type { NetworkStateView, PlannerFeeders, PlannerNetwork } from '#contract/planner.ts'
import type { Quality } from '#contract/common.ts'
import { levelOf, type Level } from '../../schematic/level.ts'

/** Feeder or transformer in one list: what a planner compares is how much room is left, whatever the thing is. */
export interface HeadroomRow {
  readonly id: string
  readonly name: string
  readonly kind: 'feeder' | 'transformer'
  readonly highVoltage: boolean
  readonly loadingPct: number | null
  readonly headroomA: number | null
  readonly headroomKva: number | null
  readonly level: Level
  readonly quality: Quality
  /** Too few holders are behind it: its level is told and no figure. */
  readonly withheld: boolean
  readonly forecastPeak: { readonly at: number; readonly loadingPct: number } | null
}

const LOW_VOLTAGE_KV = 1

/** Most loaded first; what has no value comes last. */
export function headroomRows(network: PlannerNetwork, feeders: PlannerFeeders, state: NetworkStateView | null): HeadroomRow[] {
  const voltage = new Map(network.feeders.map((feeder) => [feeder.id, feeder.nominalVoltageKv ?? 0]))
  const states = new Map(state?.transformers.map((transformer) => [transformer.id, transformer]))
  const rows: HeadroomRow[] = [
    ...feeders.feeders.map((feeder): HeadroomRow => ({
      id: feeder.id, name: feeder.name, kind: 'feeder', highVoltage: (voltage.get(feeder.id) ?? 0) >= LOW_VOLTAGE_KV, loadingPct: feeder.loadingPct,
      headroomA: feeder.headroomA, headroomKva: feeder.headroomKva, level: feeder.level, quality: feeder.quality, forecastPeak: feeder.forecastPeak, withheld: feeder.withheld === 'whole',
    })),
    ...network.transformers.map((transformer): HeadroomRow => {
      const now = states.get(transformer.id)
      return {
        id: transformer.id, name: transformer.name, kind: 'transformer', highVoltage: true, loadingPct: now?.loadingPct ?? null, headroomA: null, headroomKva: now?.headroomKva ?? null,
        level: now?.withheld === 'whole' ? now.level : levelOf(now?.loadingPct, { watchPct: network.watchLoadingPct, limitPct: Math.min(transformer.limitPct, network.limitLoadingPct) }), quality: now?.quality ?? 'missing', forecastPeak: null, withheld: now?.withheld === 'whole',
      }
    }),
  ]
  // Without a figure an element stands where its level begins.
  const place = ({ loadingPct, level }: HeadroomRow): number => loadingPct ?? (level === 'over' ? network.limitLoadingPct : level === 'watch' ? network.watchLoadingPct : -1)
  return rows.sort((a, b) => place(b) - place(a))
}

export type Scope = 'tight' | 'hv' | 'transformers' | 'all'
const TIGHT = 10

export function inScope(rows: readonly HeadroomRow[], scope: Scope): readonly HeadroomRow[] {
  if (scope === 'tight') return rows.slice(0, TIGHT)
  if (scope === 'hv') return rows.filter((row) => row.kind === 'feeder' && row.highVoltage)
  if (scope === 'transformers') return rows.filter((row) => row.kind === 'transformer')
  return rows
}

export const countLevel = (rows: readonly HeadroomRow[], level: Level): number => rows.filter((row) => row.level === level).length
