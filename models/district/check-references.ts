import type { DocumentIndex, EntryKind } from './document-index.ts'
import { fault, pointerKey, type Fault } from './fault.ts'

const NODES: readonly EntryKind[] = ['network/busbars', 'network/junctions']
const ELEMENTS: readonly EntryKind[] = [...NODES, 'network/feeders', 'network/lineSections', 'network/transformers', 'network/switches', 'network/sources', 'network/boundaryLoads', 'network/substations', 'network/busbarCouplers', 'network/threeWindingTransformers', 'network/shunts']
/** What a weather point is `on`. */
export const WEATHER = 'weather'

const WORDS: Readonly<Record<EntryKind, string>> = {
  'zones': 'zone', 'sites': 'site', 'holders': 'holder', 'deliveryPoints': 'delivery point', 'sources': 'source', 'devices': 'device', 'meters': 'meter',
  'measurementPoints': 'measurement point', 'virtualMeters': 'virtual meter', 'tariffs': 'tariff', 'flexibilityContracts': 'flexibility contract', 'network/substations': 'substation', 'network/busbars': 'busbar',
  'network/junctions': 'junction', 'network/feeders': 'feeder', 'network/lineSections': 'line section', 'network/transformers': 'transformer', 'network/switches': 'switch',
  'network/sources': 'grid source', 'network/boundaryLoads': 'boundary load', 'network/busbarCouplers': 'busbar coupler', 'network/threeWindingTransformers': 'three-winding transformer',
  'network/tapChangers': 'tap changer', 'network/shunts': 'shunt', 'network/inverterControls': 'inverter control',
}

/** Ids given twice. */
export function duplicateFaults({ all, find }: DocumentIndex): Fault[] {
  return all.filter((entry) => find(entry.value.id) !== entry).map(({ path, kind, value: { id } }) =>
    fault('PF_DISTRICT_DUPLICATE_ID', `${path}/id`, `The ${WORDS[kind]} "${id}" has the id of a ${WORDS[find(id)!.kind]} (${find(id)!.path}).`))
}

/** Everything that is referred to exists and is of the right kind. */
export function referenceFaults(index: DocumentIndex): Fault[] {
  const faults: Fault[] = []
  const refer = (path: string, id: string | undefined, ...kinds: readonly EntryKind[]): void => {
    if (id === undefined) return
    const target = index.find(id)
    if (target !== undefined && kinds.includes(target.kind)) return
    const wanted = kinds.length > 3 ? 'delivery point or element of the network' : kinds.map((kind) => WORDS[kind]).join(' or ')
    const problem = target === undefined ? `There is no ${wanted} "${id}".` : `"${id}" is a ${WORDS[target.kind]}, a ${wanted} is needed.`
    const near = target === undefined ? nearest(id, index, kinds) : undefined
    faults.push(fault('PF_DISTRICT_REFERENCE', path, problem, near === undefined ? undefined : `Did you mean "${near}"? Correct the reference, or add what it names.`))
  }
  for (const { path, value } of index.list('sites')) refer(`${path}/zone`, value.zone, 'zones')
  for (const { path, value } of index.list('deliveryPoints')) {
    refer(`${path}/site`, value.site, 'sites')
    refer(`${path}/node`, value.node, ...NODES)
    value.holders.forEach(({ holder }, position) => refer(`${path}/holders/${position}/holder`, holder, 'holders'))
  }
  for (const { path, value } of index.list('devices')) refer(`${path}/source`, value.source, 'sources')
  for (const { path, value } of index.list('meters')) value.mounted.forEach(({ on }, position) => refer(`${path}/mounted/${position}/on`, on, 'deliveryPoints', ...ELEMENTS))
  for (const { path, value } of index.list('measurementPoints')) {
    if (value.on !== WEATHER || value.carrier !== 'weather') refer(`${path}/on`, value.on, 'deliveryPoints', ...ELEMENTS)
    refer(`${path}/meter`, value.meter, 'meters')
    refer(`${path}/feed/device`, value.feed?.device, 'devices')
  }
  for (const { path, value } of index.network('substations')) refer(`${path}/zone`, value.zone, 'zones')
  for (const { path, value } of index.network('busbars')) refer(`${path}/substation`, value.substation, 'network/substations')
  for (const { path, value } of index.network('feeders')) {
    refer(`${path}/busbar`, value.busbar, 'network/busbars')
    value.lineSections.forEach((id, position) => refer(`${path}/lineSections/${position}`, id, 'network/lineSections'))
  }
  for (const { path, value } of index.network('lineSections')) {
    refer(`${path}/from`, value.from, ...NODES)
    refer(`${path}/to`, value.to, ...NODES)
  }
  for (const { path, value } of index.network('transformers')) {
    refer(`${path}/substation`, value.substation, 'network/substations')
    refer(`${path}/hvNode`, value.hvNode, ...NODES)
    refer(`${path}/lvNode`, value.lvNode, ...NODES)
  }
  for (const { path, value } of index.network('switches')) refer(`${path}/lineSection`, value.lineSection, 'network/lineSections')
  for (const { path, value } of index.network('sources')) refer(`${path}/node`, value.node, ...NODES)
  for (const { path, value } of index.network('boundaryLoads')) refer(`${path}/node`, value.node, ...NODES)
  for (const { path, value } of index.network('busbarCouplers')) {
    refer(`${path}/from`, value.from, 'network/busbars')
    refer(`${path}/to`, value.to, 'network/busbars')
  }
  for (const { path, value } of index.network('threeWindingTransformers')) {
    refer(`${path}/substation`, value.substation, 'network/substations')
    value.windings.forEach(({ node }, position) => refer(`${path}/windings/${position}/node`, node, ...NODES))
  }
  for (const { path, value } of index.network('tapChangers')) {
    refer(`${path}/transformer`, value.transformer, 'network/transformers')
    refer(`${path}/regulatedNode`, value.regulatedNode, ...NODES)
  }
  for (const { path, value } of index.network('shunts')) refer(`${path}/node`, value.node, ...NODES)
  for (const { path, value } of index.network('inverterControls')) refer(`${path}/deliveryPoint`, value.deliveryPoint, 'deliveryPoints')
  for (const { path, value } of index.list('flexibilityContracts')) {
    refer(`${path}/node`, value.node, ...NODES)
    value.deliveryPoints.forEach((id, position) => refer(`${path}/deliveryPoints/${position}`, id, 'deliveryPoints'))
  }
  const weather = index.part('weather')
  refer('/weather/temperaturePoint', weather?.temperaturePoint, 'measurementPoints')
  refer('/weather/irradiancePoint', weather?.irradiancePoint, 'measurementPoints')
  refer('/weather/temperatureForecastPoint', weather?.temperatureForecastPoint, 'measurementPoints')
  refer('/weather/irradianceForecastPoint', weather?.irradianceForecastPoint, 'measurementPoints')
  const growth = index.part('growth')
  growth?.arrivals.forEach(({ node }, position) => refer(`/growth/arrivals/${position}/node`, node, ...NODES))
  for (const node of Object.keys(growth?.byNodePct ?? {})) refer(`/growth/byNodePct/${pointerKey(node)}`, node, ...NODES)
  return faults
}

/** The id a typing error was meant to be: same but for case, one letter wrong, missing or too many. */
function nearest(id: string, { all }: DocumentIndex, kinds: readonly EntryKind[]): string | undefined {
  return all.find(({ kind, value }) => kinds.includes(kind) && (value.id.toLowerCase() === id.toLowerCase() || oneEditApart(value.id, id)))?.value.id
}

function oneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
}
