import { type NetworkFault, networkWarning } from '../../network-fault.ts'
import type { Bus, PowerNetwork } from '../../power-network.ts'

export interface NetworkFeature {
  readonly type: 'Feature'
  readonly id: string
  /** null: its place is not known (RFC 7946, 3.2). */
  readonly geometry: { readonly type: 'Point'; readonly coordinates: readonly number[] } | { readonly type: 'LineString'; readonly coordinates: readonly (readonly number[])[] } | null
  readonly properties: Readonly<Record<string, unknown>>
}
export interface NetworkFeatureCollection {
  readonly type: 'FeatureCollection'
  readonly features: readonly NetworkFeature[]
}

/**
 * The network as a map: buses and what stands at them as points, branches as straight lines between their buses, with all
 * their values as properties and `element` saying what they are. The course of a line is not part of a network.
 * @returns a warning that counts what has no place
 */
export function writeNetworkGeoJson(network: PowerNetwork): { readonly collection: NetworkFeatureCollection; readonly faults: readonly NetworkFault[] } {
  const busOf = new Map(network.buses.map((bus) => [bus.id, bus]))
  const point = (id: string): readonly number[] | undefined => placeOf(busOf.get(id))
  const at = (element: string, bus: string, values: object & { readonly id: string }): NetworkFeature => {
    const coordinates = point(bus)
    return { type: 'Feature', id: values.id, geometry: coordinates === undefined ? null : { type: 'Point', coordinates }, properties: { element, ...values } }
  }
  const between = (element: string) => (values: object & { readonly id: string; readonly from: string; readonly to: string }): NetworkFeature => {
    const [from, to] = [point(values.from), point(values.to)]
    return { type: 'Feature', id: values.id, geometry: from === undefined || to === undefined ? null : { type: 'LineString', coordinates: [from, to] }, properties: { element, ...values } }
  }
  const standing = (element: string) => (values: object & { readonly id: string; readonly bus: string }) => at(element, values.bus, values)
  const features = [
    ...network.buses.map(({ longitude: _, latitude: __, ...values }) => at('bus', values.id, values)),
    ...network.lines.map(between('line')), ...network.links.map(between('link')),
    ...network.transformers.map(between('transformer')), ...network.equivalentBranches.map(between('equivalent-branch')),
    ...network.threeWindingTransformers.map((one) => at('three-winding-transformer', one.windings[0].bus, one)),
    ...network.sources.map(standing('source')), ...network.loads.map(standing('load')), ...network.generators.map(standing('generator')), ...network.shunts.map(standing('shunt')),
  ]
  const nowhere = features.filter((feature) => feature.geometry === null).length
  return {
    collection: { type: 'FeatureCollection', features },
    faults: nowhere === 0 ? [] : [networkWarning('PF_NETWORK_FILE_UNSUPPORTED', 'features', `${nowhere} of ${features.length} features have no geometry: the place of their buses is not known.`, 'Give the buses longitude and latitude.')],
  }
}

const placeOf = (bus: Bus | undefined): readonly number[] | undefined => (bus?.longitude === undefined || bus.latitude === undefined ? undefined : [bus.longitude, bus.latitude])
