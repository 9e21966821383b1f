import type { District } from '#models/district/schema.ts'
import { datedChanges } from '#models/district/at.ts'
import { NetworkFaultsError, type NetworkFault } from '#models/grid/network-fault.ts'
import { powerNetworkOf } from '#models/grid/power-network-of.ts'
import { validateNetwork } from '#models/grid/validate.ts'
import { readNetworkFile } from '#services/network/open-network.ts'

/** `penfeld check FILE`: everything that is wrong with a network of another tool, or to be known about it. @returns the exit code */
export async function checkNetworkFile(path: string, write: (line: string) => void): Promise<number> {
  const faults = await faultsOfFile(path)
  for (const line of networkFaultLines(faults)) write(line)
  const errors = faults.filter(({ severity }) => severity === 'error').length
  write(`${path}: ${counted(errors, 'fault')}, ${counted(faults.length - errors, 'note')}.`)
  return errors > 0 ? 1 : 0
}

async function faultsOfFile(path: string): Promise<readonly NetworkFault[]> {
  try {
    const { network, faults } = await readNetworkFile(path)
    return [...validateNetwork(network), ...faults]
  } catch (error) {
    if (error instanceof NetworkFaultsError) return error.faults
    throw error
  }
}

/** What is to be known about the network of a sound district, as it is switched after its last dated change. */
export function districtNotes(district: District): readonly string[] {
  const lastChange = datedChanges(district.network).at(-1)
  return lastChange === undefined ? [] : networkFaultLines(validateNetwork(powerNetworkOf(district, lastChange)))
}

const networkFaultLines = (faults: readonly NetworkFault[]): string[] => faults.flatMap(({ severity, code, place, message, remedy }) => [`${severity === 'error' ? 'fault' : 'note'}  ${place}`, `    ${message} (${code})`, `    -> ${remedy}`])

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
