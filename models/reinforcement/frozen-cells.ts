/**
 * Freezes the measured year: curves of single holders go into cells that single nobody out, and only the cells are kept. Holders whose
 * figures are public are cells of their own class and transformer. Production is never netted against what is drawn.
 */
import { frozenCurves } from './frozen-curves.ts'
import { type FrozenCell, type FrozenYear, isScaled } from './frozen-year.ts'
import type { IdentifiedPart, IdentifiedYear } from './identified-year.ts'
import { classGroups, measuredHolders } from './protected-group.ts'
import { protectedGroups } from './protected-groups.ts'

const HOURS_A_YEAR = 8760

/**
 * Cells and shares of buses. Where everything together has too few measured holders, nothing of what was measured of them is used: their
 * declared energy is drawn level, and `measuredShare` says so.
 */
export function freezeYear(year: IdentifiedYear): FrozenYear {
  const buses: FrozenYear['buses'][number][] = []
  const cells: FrozenCell[] = []
  const keep = (cell: FrozenCell, parts: readonly IdentifiedPart[]) => { cells.push(cell); buses.push(...busRows(cell.id, parts, parts)) }

  for (const [, own] of Map.groupBy(year.parts.filter(({ isPublic }) => isPublic), ({ loadClass, transformer, isProduction }) => `${loadClass} ${transformer} ${isProduction}`)) {
    keep(cellOf(`public:${own[0]!.loadClass}:${own[0]!.transformer}`, 'public', own[0]!.loadClass, own, year.hours), own)
  }
  const drawn = year.parts.filter(({ isPublic, isProduction }) => !isPublic && !isProduction)
  const protectedCells = protectedGroups(drawn)
  const classes = protectedCells?.classes ?? [...Map.groupBy(drawn, ({ loadClass }) => loadClass)].map(([id, own]) => ({ id, parts: own.map((part) => declared(part, year)) }))
  const transformers = protectedCells?.transformers ?? []
  for (const { id, parts } of classes) keep(cellOf(`class:${id}`, 'class', id, parts, year.hours), parts)

  const publicCells = year.parts.filter(({ isPublic, isProduction }) => isPublic && isProduction)
  for (const [loadClass, own] of Map.groupBy(year.parts.filter(({ isPublic, isProduction }) => !isPublic && isProduction), (part) => part.loadClass)) {
    // The sun shines on all alike: a few panels of others are drawn like the public ones, else like the curve that is assumed.
    const like = largestGroup(publicCells.filter((part) => part.loadClass === loadClass))
    if (classGroups(own)?.length === 1 && measuredHolders(own).size > 0) keep(cellOf(`production:${loadClass}`, 'class', loadClass, own, year.hours), own)
    else if (like.length > 0) buses.push(...busRows(`public:${loadClass}:${like[0]!.transformer}`, own, like))
    else keep(cellOf(`production:${loadClass}`, 'class', loadClass, own.map((part) => declared(part, year)), year.hours), own)
  }
  const sums = transformers.map(({ id, parts }) => {
    const names = [...new Set(parts.map(({ transformer }) => transformer))]
    const cell = { ...cellOf(`substation:${id}`, 'substation', 'all', parts, year.hours), powerKw: carriedKw(year, parts, new Set(names)) }
    cells.push(cell)
    return { cell: cell.id, transformers: names }
  })
  for (const load of year.boundaryOf(ownKw(year.hours, cells, buses))) {
    const part: IdentifiedPart = { ...load, holders: [], isPublic: true, transformer: '', isResidential: false, isProduction: false }
    const cell = { ...cellOf(`boundary:${load.id}`, 'boundary', load.loadClass, [part], year.hours), deliveryPoints: 0 }
    cells.push(cell)
    buses.push(...busRows(cell.id, [part], [part], 0))
  }
  return {
    format: 1, districtVersion: year.districtVersion, timeZone: year.timeZone, from: year.from, hours: year.hours, temperatureC: Float32Array.from(year.temperatureC),
    cells, buses, sums, curves: frozenCurves(year, cells, buses), measuredHours: year.measuredHours, ...(year.headKw === undefined ? {} : { headKw: Float32Array.from(year.headKw) }),
    temperatureSource: year.temperatureSource,
    ...(year.temperatureHistory === undefined ? {} : { temperatureHistory: { firstDay: year.temperatureHistory.firstDay, temperatureC: Float32Array.from(year.temperatureHistory.temperatureC) } }),
  }
}

/** What the district draws by hour as it is frozen: sums of transformers stand for what protected holders draw. */
function ownKw(hours: number, cells: readonly FrozenCell[], buses: FrozenYear['buses']): Float64Array {
  const hasSums = cells.some(({ kind }) => kind === 'substation')
  const total = new Float64Array(hours)
  for (const cell of cells) {
    const share = cell.kind === 'substation' ? 1 : hasSums && isScaled(cell) ? 0 : buses.reduce((sum, row) => sum + (row.cell === cell.id ? row.share : 0), 0)
    cell.powerKw.forEach((kw, hour) => { total[hour]! += share * kw })
  }
  return total
}

/** As the document declares it: level, or along the assumed curve of its class. */
function declared(part: IdentifiedPart, { hours, assumedCurves }: IdentifiedYear): IdentifiedPart {
  const meanKw = ((part.isProduction ? -1 : 1) * part.annualEnergyKwh) / HOURS_A_YEAR
  const curve = assumedCurves.get(part.loadClass)
  return { ...part, powerKw: Float64Array.from({ length: hours }, (_, hour) => meanKw * (curve?.[hour] ?? 1)), perDegreeKw: new Float64Array(24), measuredShare: 0 }
}

function cellOf(id: string, kind: FrozenCell['kind'], loadClass: string, parts: readonly IdentifiedPart[], hours: number): FrozenCell {
  const powerKw = new Float64Array(hours)
  const perDegreeKw = new Float64Array(24)
  for (const part of parts) {
    part.powerKw.forEach((kw, hour) => { powerKw[hour]! += kw })
    part.perDegreeKw.forEach((kw, hour) => { perDegreeKw[hour]! += kw })
  }
  const measured = measuredHolders(parts)
  const total = energyOf(parts)
  return {
    id, kind, holders: measured.size > 0 ? measured.size : new Set(parts.flatMap(({ holders }) => holders)).size, deliveryPoints: parts.length, loadClass,
    powerKw: Float32Array.from(powerKw), perDegreeKw: Float32Array.from(perDegreeKw),
    measuredShare: total > 0 ? parts.reduce((sum, { measuredShare, annualEnergyKwh }) => sum + measuredShare * annualEnergyKwh, 0) / total : 0,
  }
}

/** What protected holders draw below these transformers: what the transformers carried without the public loads and without production; where they were not measured, the sum of the parts. */
function carriedKw({ parts, transformerKw, hours }: IdentifiedYear, protectedParts: readonly IdentifiedPart[], names: ReadonlySet<string>): Float32Array {
  const measured = [...names].map((name) => transformerKw.get(name))
  const apart = parts.filter(({ transformer, isPublic, isProduction }) => names.has(transformer) && (isPublic || isProduction))
  return Float32Array.from({ length: hours }, (_, hour) => {
    const carried = measured.reduce((sum, column) => sum + (column?.[hour] ?? NaN), 0) - apart.reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0)
    return Number.isNaN(carried) ? protectedParts.reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0) : Math.max(0, carried)
  })
}

/** Parts below the transformer where most of their energy is. */
function largestGroup(parts: readonly IdentifiedPart[]): readonly IdentifiedPart[] {
  return [...Map.groupBy(parts, ({ transformer }) => transformer).values()].sort((a, b) => energyOf(b) - energyOf(a))[0] ?? []
}

/**
 * Shares of buses in a cell, by declared energy, which is rounded so that it says little of one contract. `like`: the parts that the
 * curve of the cell is of.
 */
function busRows(cell: string, parts: readonly IdentifiedPart[], like: readonly IdentifiedPart[], deliveryPointsOfOne = 1): FrozenYear['buses'] {
  const total = placesOf(like).reduce((sum, own) => sum + twoDigits(energyOf(own)), 0)
  return placesOf(parts).map((own) => {
    const energy = energyOf(own)
    const tanPhi = own.reduce((sum, part) => sum + part.tanPhi * (energy > 0 ? part.annualEnergyKwh / energy : 1 / own.length), 0)
    return { bus: own[0]!.bus, cell, loadClass: own[0]!.loadClass, share: total > 0 ? twoDigits(energy) / total : own.length / like.length, tanPhi, annualEnergyKwh: twoDigits(energy), deliveryPoints: own.length * deliveryPointsOfOne }
  })
}

const placesOf = (parts: readonly IdentifiedPart[]) => [...Map.groupBy(parts, ({ bus, loadClass }) => `${bus} ${loadClass}`).values()]
const energyOf = (parts: readonly IdentifiedPart[]): number => parts.reduce((sum, { annualEnergyKwh }) => sum + annualEnergyKwh, 0)
const twoDigits = (value: number): number => Number(value.toPrecision(2))
