import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Fault } from '#models/district/fault.ts'
import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readDistrict } from '#services/config/load-district.ts'
import { checkNetworkFile, districtNotes } from './check-network.ts'
import { WrongArguments } from './wrong-arguments.ts'

/**
 * `penfeld check FOLDER`: every fault of a district document with file, line and remedy; otherwise what it holds. A file is taken as
 * the network of another tool.
 */
export async function check(args: string[], write: (line: string) => void): Promise<number> {
  const [folder, ...rest] = parseArgs({ args, options: {}, allowPositionals: true }).positionals
  if (folder === undefined || rest.length > 0) throw new WrongArguments('Give one folder.')
  if ((await stat(resolve(folder)).catch(() => undefined))?.isFile() === true) return checkNetworkFile(folder, write)
  try {
    const { faults, loaded } = await readDistrict(resolve(folder), process.env)
    if (loaded === undefined) {
      for (const line of faultLines(faults)) write(line)
      return 1
    }
    for (const line of [...districtNotes(loaded.district), ...summary(loaded.district, loaded.version)]) write(line)
    return 0
  } catch (error) {
    if (!(error instanceof PenfeldError) || error.code !== 'PF_DISTRICT_UNREADABLE') throw error
    write(error.message)
    return 1
  }
}

function faultLines(faults: readonly Fault[]): string[] {
  const lines = faults.flatMap(({ code, file, line, path, message, remedy }) => [
    `${file ?? 'the folder'}${line === undefined ? '' : `:${line}`}  ${path === '' ? '(whole document)' : path}`,
    `    ${message} (${code})`,
    `    -> ${remedy}`,
  ])
  const files = new Set(faults.map(({ file }) => file)).size
  return [...lines, `${counted(faults.length, 'fault')} in ${counted(files, 'file')}. Nothing was changed.`]
}

function summary({ name, deliveryPoints, measurementPoints, sites, holders, meters, sources, devices, virtualMeters, network }: District, version: string): string[] {
  const carriers = Map.groupBy(deliveryPoints, ({ carrier }) => carrier)
  const fed = measurementPoints.filter(({ feed }) => feed !== undefined).length
  return [
    `${name.en}: no fault. Version ${version}.`,
    `  ${counted(sites.length, 'site')}, ${counted(holders.length, 'holder')}, ${counted(meters.length, 'meter')}`,
    `  ${counted(deliveryPoints.length, 'delivery point')}: ${[...carriers].map(([carrier, points]) => `${points.length} ${carrier}`).join(', ')}`,
    `  ${counted(measurementPoints.length, 'measurement point')} (${fed} fed by ${counted(devices.length, 'device')} of ${counted(sources.length, 'source')}), ${counted(virtualMeters.length, 'virtual meter')}`,
    `  network: ${counted(network.substations.length, 'substation')}, ${counted(network.transformers.length, 'transformer')}, ${counted(network.feeders.length, 'feeder')}, ${counted(network.lineSections.length, 'line section')}, ${counted(network.switches.length, 'switch', 'switches')}, ${counted(network.busbars.length + network.junctions.length, 'busbar or junction', 'busbars and junctions')}`,
  ]
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`
