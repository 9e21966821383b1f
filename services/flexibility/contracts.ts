import { holdingAt } from '#models/district/at.ts'
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { District } from '#models/district/schema.ts'
import { usesHours, type Activation } from '#models/flexibility/activation.ts'
import type { ContractAhead } from '#models/flexibility/propose-activations.ts'
import { buildGrid } from '#models/grid/network.ts'
import { feedingTree, pathToSource } from '#models/grid/topology.ts'
import { localOffset, localParts } from '#models/units/local-time.ts'

const HOUR_MS = 3_600_000

export const contractsOf = (district: District): readonly FlexibilityContract[] => district.flexibilityContracts ?? []
export const contractOf = (district: District, contractId: string): FlexibilityContract | undefined => contractsOf(district).find(({ id }) => id === contractId)

/** Start (UTC ms) of the local calendar year of an instant, and of the next one. */
export function yearAround(at: number, timeZone: string): { from: number; to: number } {
  const { year } = localParts(at, timeZone)
  const startOf = (which: number) => Date.UTC(which, 0, 1) - localOffset(Date.UTC(which, 0, 1), timeZone)
  return { from: startOf(year), to: startOf(year + 1) }
}

/** Contracts that hold on the day, with the elements above them as the network is switched and what is left of their hours. */
export function contractsAhead(district: District, day: { readonly from: number; readonly to: number }, ofYear: readonly Activation[], positions: ReadonlyMap<string, boolean>): ContractAhead[] {
  const grid = buildGrid(district.network, day.from, { positions })
  const tree = feedingTree(grid)
  const nameOf = new Map([...grid.branchIndex].map(([id, branch]) => [branch, id]))
  return contractsOf(district).filter((one) => holdingAt([one], day.from) !== undefined || holdingAt([one], day.to - 1) !== undefined).map((one) => {
    const usedHours = ofYear.filter((activation) => activation.contractId === one.id && usesHours(activation)).reduce((hours, { from, to }) => hours + (to - from) / HOUR_MS, 0)
    const bus = grid.busIndex.get(one.node)
    return {
      contractId: one.id, kw: one.kw, activationEurPerMwh: one.activationEurPerMwh, hoursLeft: Math.max(0, one.hoursAYear - usedHours), noticeH: one.noticeH,
      mostHours: one.mostHoursAnActivation ?? Infinity, validFrom: Date.parse(one.validFrom), validTo: one.validTo === undefined ? Infinity : Date.parse(one.validTo),
      // A node that nothing feeds relieves nothing.
      elements: bus === undefined ? [] : pathToSource(tree, bus).flatMap((branch) => nameOf.get(branch) ?? []),
    }
  })
}
