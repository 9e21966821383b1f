import type { IndexFigure } from './chain-link.ts'
import type { CellFigures } from './guard-shapes.ts'
import type { Publishable } from './publishable.ts'

/** Water and gas are told as volumes: nobody measures the energy in them here. */
export type EnergyUnit = 'kWh' | 'm3'

/** Energies of a local day or month; every cell of the district stands here, shown or not. */
export interface EnergyBody {
  readonly unit: EnergyUnit
  /** End of the day or month (UTC ms). */
  readonly to: number
  readonly cells: readonly {
    readonly cell: string
    readonly energy: number | null
    /** Base 100, where a change of members holds the energy itself back. */
    readonly index: number | null
  }[]
}

export interface CurveBody {
  readonly unit: EnergyUnit
  readonly to: number
  /** Energies of equal steps from the start of the local day; null where the cell is shown by no such step. */
  readonly cells: readonly { readonly cell: string; readonly stepS: number | null; readonly energies: readonly number[] | null }[]
}

/**
 * What the guard let pass, in the form that is published: nothing is added, so what was publishable stays so.
 * @param unit of the figures @param to end of the day or month (UTC ms) @param indexes of cells whose energy waits
 */
export function energyBody(figures: Publishable<readonly CellFigures[]>, unit: EnergyUnit, to: number, indexes: readonly Publishable<IndexFigure>[] = []): Publishable<EnergyBody> {
  const indexOf = new Map(indexes.map(({ cell, index }) => [cell, index]))
  return { unit, to, cells: figures.map(({ cell, energyKwh }) => ({ cell, energy: energyKwh, index: energyKwh === null ? (indexOf.get(cell) ?? null) : null })) } as unknown as Publishable<EnergyBody>
}

/** Its steps; undefined where no cell is shown by steps shorter than the day. @param from start of the local day (UTC ms) */
export function curveBody(figures: Publishable<readonly CellFigures[]>, unit: EnergyUnit, from: number, to: number): Publishable<CurveBody> | undefined {
  if (figures.every(({ stepKwh }) => stepKwh === null)) return undefined
  const cells = figures.map(({ cell, stepKwh }) => ({ cell, stepS: stepKwh === null ? null : (to - from) / 1000 / stepKwh.length, energies: stepKwh === null ? null : [...stepKwh] }))
  return { unit, to, cells } as unknown as Publishable<CurveBody>
}
