import type { StudyChange } from '#contract/reinforcement.ts'
import type { Study, StudyScenario } from '#contract/study-shapes.ts'
import { niceAbove } from '../../../charts/nice.ts'
import { rangeAt, valueAt } from './changes.ts'

export const CONTROL_GROUPS = ['horizon', 'demand', 'other-growth', 'money', 'prices'] as const
export type ControlGroup = (typeof CONTROL_GROUPS)[number]

/** A number of the study under a slider. What is shown is the value times `scale` (100 for shares). */
export interface Control {
  readonly group: ControlGroup
  readonly path: string
  readonly value: number
  /** As the study has it. */
  readonly usual: number
  readonly range: { readonly low: number; readonly high: number } | undefined
  readonly scale: number
  readonly unit: string
  readonly min: number
  readonly max: number
  readonly step: number
}

/** Ends and steps of a slider, as shown. */
interface Bounds { readonly unit: string; readonly scale?: number; readonly min?: number; readonly max?: number; readonly step?: number }

const LAST_YEAR = 2050
/** A slider without natural ends goes to so many times what is usual. */
const ROOM = 3
const GROWTH: Bounds = { unit: '%', min: -2, max: 6, step: 0.1 }
const SHARE: Bounds = { unit: '%', scale: 100, min: 0, max: 100, step: 1 }
/** What is left of the feeder beyond the district; its growth decides most. */
const isBoundary = (loadClass: string) => loadClass.startsWith('boundary')

export function controlsOf(study: Study, scenario: StudyScenario, changes: readonly StudyChange[]): Control[] {
  const changed = new Map(changes.map(({ path, value }) => [path, value]))
  const own = `scenarios.${scenario.id}`
  const last = (path: string, list: readonly { readonly year: number }[] | undefined): string[] => (list === undefined ? [] : [`${path}.${list[list.length - 1].year}`])
  const make = (group: ControlGroup, path: string, bounds: Bounds): Control[] => {
    const usual = valueAt(study, path)
    if (usual === undefined) return []
    const range = rangeAt(study, path)
    const value = changed.get(path) ?? usual
    const scale = bounds.scale ?? 1
    const top = niceAbove(ROOM * Math.max(usual, range?.high ?? 0) * scale)
    const max = Math.max(bounds.max ?? top, value * scale)
    return [{ group, path, value, usual, range, scale, unit: bounds.unit, min: Math.min(bounds.min ?? 0, value * scale), max, step: bounds.step ?? niceAbove(top / 200) }]
  }
  const classes = Object.keys(scenario.growthPct)
  return [
    ...make('horizon', 'toYear', { unit: '', min: study.fromYear + 1, max: LAST_YEAR, step: 1 }),
    ...classes.filter(isBoundary).flatMap((name) => make('demand', `${own}.growthPct.${name}`, GROWTH)),
    ...last(`${own}.electricVehicles.vehicles`, scenario.electricVehicles?.vehicles).flatMap((path) => make('demand', path, { unit: '' })),
    ...make('demand', `${own}.electricVehicles.smartShare`, SHARE),
    ...last(`${own}.heatPumps.dwellings`, scenario.heatPumps?.dwellings).flatMap((path) => make('demand', path, { unit: '' })),
    ...last(`${own}.photovoltaics.peakKw`, scenario.photovoltaics?.peakKw).flatMap((path) => make('demand', path, { unit: 'kW' })),
    ...last(`${own}.renovation.share`, scenario.renovation?.share).flatMap((path) => make('demand', path, SHARE)),
    ...last(`${own}.heatNetwork.share`, scenario.heatNetwork?.share).flatMap((path) => make('demand', path, SHARE)),
    ...classes.filter((name) => !isBoundary(name)).flatMap((name) => make('other-growth', `${own}.growthPct.${name}`, GROWTH)),
    ...make('money', 'money.discountPct', { unit: '%', min: 0, max: 10, step: 0.1 }),
    ...make('money', 'money.energyNotServedEurPerMwh', { unit: '€/MWh' }),
    ...make('money', 'money.co2EurPerTonne', { unit: '€/t' }),
    ...(study.prices ?? []).flatMap(({ item }) => make('prices', `prices.${item}.eur`, { unit: '€' })),
  ]
}
