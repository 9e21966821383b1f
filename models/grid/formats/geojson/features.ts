/** Line sections and posts out of GeoJSON layers (RFC 7946): their place and their few properties, with every fault of the files. */
import { type NetworkFault, networkError } from '../../network-fault.ts'
import type { Position } from './geometry.ts'

/** A file of the open data: one layer is one level and one way of laying there, which its features do not repeat. */
export interface GeoJsonLayer {
  /** FeatureCollection as text or parsed. */
  readonly collection: unknown
  /** Voltage level of all its sections, in the words of the operator: `HTA`, `BT`, `20 kV`. */
  readonly level?: string
  /** How all its sections are laid (`underground`, `overhead`), or what all its posts are (`substation`, `secondary`). */
  readonly kind?: string
}

export interface Section {
  readonly id: string
  /** Under which the parts of a MultiLineString are known together. */
  readonly featureId: string
  readonly course: readonly Position[]
  readonly level?: string
  readonly kind?: string
}

export interface Post {
  readonly id: string
  readonly name?: string
  readonly position: Position
  readonly kind: string
}

/** Names under which properties stand, first found first taken. */
const PROPERTIES = {
  id: ['id', 'gid', 'objectid', 'id_troncon', 'id_poste', 'code'],
  name: ['name', 'nom', 'nom_poste'],
  level: ['level', 'tension', 'niveau_tension', 'domaine_tension'],
  kind: ['kind', 'type', 'pose', 'type_poste', 'nature'],
} as const

export function sectionsOf(layers: readonly GeoJsonLayer[], faults: NetworkFault[]): Section[] {
  return featuresOf(layers, 'sections', faults).flatMap(({ id, place, layer, properties, geometry }) => {
    const { type, coordinates } = geometry
    const parts = type === 'LineString' ? [coordinates] : type === 'MultiLineString' && Array.isArray(coordinates) ? coordinates as unknown[] : undefined
    if (parts === undefined) {
      faults.push(networkError('PF_NETWORK_FILE_INVALID', place, `A line section is a LineString or MultiLineString, not ${String(type)}.`, 'Correct its geometry.'))
      return []
    }
    return parts.map((part, k): Section => ({
      id: parts.length === 1 ? id : `${id}.${k + 1}`, featureId: id, course: courseOf(part, place, faults),
      level: textOf(properties, 'level') ?? layer.level, kind: textOf(properties, 'kind') ?? layer.kind,
    }))
  })
}

export function postsOf(layers: readonly GeoJsonLayer[], faults: NetworkFault[]): Post[] {
  return featuresOf(layers, 'posts', faults).map(({ id, place, layer, properties, geometry }): Post => {
    const position = geometry.type === 'Point' ? positionOf(geometry.coordinates) : undefined
    if (position === undefined) faults.push(badPlace(place, 'A post is a Point of longitude and latitude in degrees.'))
    const name = textOf(properties, 'name')
    return { id, ...(name !== undefined && { name }), position: position ?? [NaN, NaN], kind: textOf(properties, 'kind') ?? layer.kind ?? 'post' }
  })
}

type Properties = Readonly<Record<string, unknown>>
interface Feature {
  readonly id: string
  readonly place: string
  readonly layer: GeoJsonLayer
  readonly properties: Properties
  readonly geometry: { readonly type?: unknown; readonly coordinates?: unknown }
}

function featuresOf(layers: readonly GeoJsonLayer[], list: 'sections' | 'posts', faults: NetworkFault[]): Feature[] {
  const seen = new Set<string>()
  return layers.flatMap((layer, l) => collectionOf(layer.collection, `${list}/layer ${l + 1}`, faults).flatMap((one, k): Feature[] => {
    const where = `${list}/layer ${l + 1}, feature ${k + 1}`
    if (!isObject(one) || !isObject(one['geometry'])) {
      faults.push(networkError('PF_NETWORK_FILE_INVALID', where, 'It is no Feature with a geometry.', 'Correct it or take it out.'))
      return []
    }
    const properties = isObject(one['properties']) ? one['properties'] : {}
    const own = one['id'] ?? PROPERTIES.id.map((name) => properties[name]).find(isPlain)
    const id = isPlain(own) ? String(own) : `${list}-${l + 1}-${k + 1}`
    const place = `${list}/${id}`
    if (seen.has(id)) faults.push(networkError('PF_GRID_DUPLICATE_ID', `${place} (layer ${l + 1}, feature ${k + 1})`, `Two of the ${list} are called ${id}.`))
    seen.add(id)
    return [{ id, place, layer, properties, geometry: one['geometry'] }]
  }))
}

function collectionOf(source: unknown, place: string, faults: NetworkFault[]): readonly unknown[] {
  try {
    const parsed: unknown = typeof source === 'string' ? JSON.parse(source) : source
    if (isObject(parsed) && Array.isArray(parsed['features'])) return parsed['features'] as unknown[]
    faults.push(networkError('PF_NETWORK_FILE_INVALID', place, 'It is no GeoJSON FeatureCollection.', 'Export the layer as GeoJSON.'))
  } catch (error) {
    faults.push(networkError('PF_NETWORK_FILE_INVALID', place, `It is not JSON: ${(error as Error).message}`, 'Export the layer as GeoJSON.'))
  }
  return []
}

function courseOf(part: unknown, place: string, faults: NetworkFault[]): readonly Position[] {
  const course = Array.isArray(part) ? part.map(positionOf) : []
  if (course.length >= 2 && course.every((one) => one !== undefined)) return course
  faults.push(badPlace(place, 'Its course needs two or more points of longitude and latitude in degrees.'))
  return []
}

function positionOf(value: unknown): Position | undefined {
  if (!Array.isArray(value)) return undefined
  const [longitude, latitude] = value as unknown[]
  return typeof longitude === 'number' && typeof latitude === 'number' && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [longitude, latitude] : undefined
}

const badPlace = (place: string, message: string) => networkError('PF_NETWORK_FILE_INVALID', place, message, 'Export it in WGS 84; coordinates in metres (Lambert-93) are not GeoJSON.')
const textOf = (properties: Properties, name: keyof typeof PROPERTIES): string | undefined => {
  const value = PROPERTIES[name].map((property) => properties[property]).find(isPlain)
  return value === undefined ? undefined : String(value)
}
const isPlain = (value: unknown): value is string | number => (typeof value === 'string' && value !== '') || typeof value === 'number'
const isObject = (value: unknown): value is Properties => typeof value === 'object' && value !== null && !Array.isArray(value)
