/** An element out of an open ring, and the ring closed again over one of its normally open switches. */
import type { Network } from '#models/district/schema.ts'
import { buildGrid, type GridModel, type GridOptions } from '#models/grid/network.ts'

export interface RingOutage {
  readonly lost: string
  /** Ways to close the ring so that all is fed again; empty where there is none. */
  readonly reclosures: readonly Reclosed[]
  /** With the element lost and nothing switched. */
  readonly unrestored: GridModel
}

export interface Reclosed {
  /** Switch that is closed; undefined where nothing has to be switched. */
  readonly switchId: string | undefined
  readonly grid: GridModel
}

/** The network after the loss of one element, and every single switch whose closing feeds all again that was fed before. */
export function ringOutage(network: Network, at: number, lost: string, options: GridOptions = {}, normal: GridModel = buildGrid(network, at, options)): RingOutage {
  const without = { ...options, outOfService: [...(options.outOfService ?? []), lost] }
  const unrestored = buildGrid(network, at, without)
  const feedsAll = (grid: GridModel) => normal.fed.every((fed, bus) => fed === 0 || grid.fed[bus] === 1)
  if (feedsAll(unrestored)) return { lost, reclosures: [{ switchId: undefined, grid: unrestored }], unrestored }
  const reclosures = normal.switchIds.flatMap((switchId, k): Reclosed[] => {
    if (normal.switchClosed[k] === 1) return []
    const grid = buildGrid(network, at, { ...without, closedSwitches: [...(options.closedSwitches ?? []), switchId] })
    return feedsAll(grid) ? [{ switchId, grid }] : []
  })
  return { lost, reclosures, unrestored }
}
