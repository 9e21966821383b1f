import type { DocumentIndex } from './document-index.ts'
import { fault, type Fault } from './fault.ts'

/** Rated and nominal voltages of a transformer and its busbar may differ by its taps, not by more. */
const RATED_VOLTAGE_TOLERANCE = 0.15

/** The electrical network hangs together: voltages, feeders, everything reachable from a source. */
export function networkFaults(index: DocumentIndex): Fault[] {
  const nominalKv = new Map([...index.network('busbars'), ...index.network('junctions')].map(({ value }) => [value.id, value.nominalVoltageKv]))
  return [...voltageFaults(index, nominalKv), ...addedElementFaults(index, nominalKv), ...feederFaults(index), ...reachFaults(index), ...connectionFaults(index)]
}

function voltageFaults(index: DocumentIndex, nominalKv: ReadonlyMap<string, number>): Fault[] {
  const faults: Fault[] = []
  for (const { path, value: { id, from, to } } of index.network('lineSections')) {
    const [fromKv, toKv] = [nominalKv.get(from), nominalKv.get(to)]
    if (from === to) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/to`, `${id} begins and ends at ${from}.`))
    else if (fromKv !== undefined && toKv !== undefined && fromKv !== toKv) faults.push(fault('PF_DISTRICT_MISFIT', path, `${id} joins ${from} of ${fromKv} kV with ${to} of ${toKv} kV.`, 'Correct one end; between voltages there is a transformer.'))
  }
  for (const { path, value } of index.network('transformers')) {
    if (value.hvKv <= value.lvKv) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/lvKv`, `${value.id}: its high side of ${value.hvKv} kV is not above its low side of ${value.lvKv} kV.`))
    if (value.shortCircuitResistivePct >= value.shortCircuitVoltagePct) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/shortCircuitResistivePct`, `${value.id}: the resistive part ${value.shortCircuitResistivePct} % is not below the short-circuit voltage ${value.shortCircuitVoltagePct} %.`))
    for (const [side, node, ratedKv] of [['hv', value.hvNode, value.hvKv], ['lv', value.lvNode, value.lvKv]] as const) {
      const kv = nominalKv.get(node)
      if (kv !== undefined && Math.abs(ratedKv / kv - 1) > RATED_VOLTAGE_TOLERANCE) {
        faults.push(fault('PF_DISTRICT_MISFIT', `${path}/${side}Kv`, `${value.id} is made for ${ratedKv} kV, but ${node} has ${kv} kV.`))
      }
    }
  }
  return faults
}

/** Couplers, three-winding transformers, tap changers and inverter rules. */
function addedElementFaults(index: DocumentIndex, nominalKv: ReadonlyMap<string, number>): Fault[] {
  const faults: Fault[] = []
  const misfit = (path: string, message: string, remedy?: string) => faults.push(fault('PF_DISTRICT_MISFIT', path, message, remedy))
  for (const { path, value: { id, from, to } } of index.network('busbarCouplers')) {
    if (from === to) misfit(`${path}/to`, `${id} begins and ends at ${from}.`)
    else if (nominalKv.has(from) && nominalKv.has(to) && nominalKv.get(from) !== nominalKv.get(to)) misfit(path, `${id} joins ${from} of ${nominalKv.get(from)} kV with ${to} of ${nominalKv.get(to)} kV.`)
  }
  for (const { path, value } of index.network('threeWindingTransformers')) {
    value.windings.forEach(({ node, ratedKv, clock }, k) => {
      const kv = nominalKv.get(node)
      if (kv !== undefined && Math.abs(ratedKv / kv - 1) > RATED_VOLTAGE_TOLERANCE) misfit(`${path}/windings/${k}/ratedKv`, `${value.id}: winding ${k + 1} is made for ${ratedKv} kV, but ${node} has ${kv} kV.`)
      if (k === 0 && clock !== 0) misfit(`${path}/windings/0/clock`, `${value.id}: the clocks count from the first winding, its own is ${clock}.`, 'Write 0.')
    })
    for (const pair of ['pair12', 'pair13', 'pair23'] as const) {
      if (value[pair].resistivePct >= value[pair].voltagePct) misfit(`${path}/${pair}/resistivePct`, `${value.id}: the resistive part ${value[pair].resistivePct} % is not below the short-circuit voltage ${value[pair].voltagePct} %.`)
    }
  }
  const taps = new Map(index.network('transformers').map(({ value }) => [value.id, value.tap]))
  for (const { path, value } of index.network('tapChangers')) {
    if (!taps.has(value.transformer)) continue
    const tap = taps.get(value.transformer)
    if (tap === undefined) misfit(`${path}/transformer`, `${value.transformer} has no tap that ${value.id} could move.`, 'Give the transformer `tap` with its position and step.')
    else if (tap.position < value.lowest || tap.position > value.highest) misfit(`${path}/lowest`, `${value.id} moves from ${value.lowest} to ${value.highest}, but ${value.transformer} stands at ${tap.position}.`)
  }
  for (const { path, value } of index.network('inverterControls')) value.rules.forEach(({ cosPhi, qOfU }, k) => {
    if ((cosPhi === undefined) === (qOfU === undefined)) misfit(`${path}/rules/${k}`, `${value.id} needs either cosPhi or qOfU.`, 'Keep one of the two.')
    if (qOfU?.some(({ voltagePu }, n) => n > 0 && voltagePu <= qOfU[n - 1].voltagePu)) misfit(`${path}/rules/${k}/qOfU`, `${value.id}: the voltages of its curve do not rise.`)
  })
  return faults
}

function feederFaults(index: DocumentIndex): Fault[] {
  const sections = new Map(index.network('lineSections').map(({ value }) => [value.id, value]))
  const feederOf = new Map<string, string>()
  const faults: Fault[] = []
  for (const { path, value } of index.network('feeders')) {
    const reached = new Set([value.busbar])
    value.lineSections.forEach((id, position) => {
      const section = sections.get(id)
      if (section === undefined) return
      const other = feederOf.get(id)
      if (other !== undefined) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/lineSections/${position}`, `${id} belongs to the feeders ${other} and ${value.id}.`, 'Keep it in the feeder that supplies it in normal operation.'))
      else feederOf.set(id, value.id)
      if (!reached.has(section.from) && !reached.has(section.to)) {
        faults.push(fault('PF_DISTRICT_MISFIT', `${path}/lineSections/${position}`, `${id} does not touch what the feeder ${value.id} has reached before it.`, 'List the sections from the busbar outwards.'))
      }
      reached.add(section.from).add(section.to)
    })
  }
  return faults
}

/** What no source can reach, whatever the switches do. */
function reachFaults(index: DocumentIndex): Fault[] {
  if (!index.networkComplete) return []
  const neighbours = new Map<string, string[]>()
  const join = (a: string, b: string) => {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b])
    neighbours.set(b, [...(neighbours.get(b) ?? []), a])
  }
  for (const { value } of index.network('lineSections')) join(value.from, value.to)
  for (const { value } of index.network('transformers')) join(value.hvNode, value.lvNode)
  for (const { value } of index.network('busbarCouplers')) join(value.from, value.to)
  for (const { value: { windings } } of index.network('threeWindingTransformers')) for (const { node } of windings.slice(1)) join(windings[0].node, node)
  const sources = index.network('sources')
  const nodes = [...index.network('busbars'), ...index.network('junctions')]
  if (sources.length === 0) return nodes.length === 0 ? [] : [fault('PF_DISTRICT_DISCONNECTED', '/network/sources', 'The network has no source.', 'Add the busbar that feeds it under network.sources.')]
  const reached = new Set(sources.map(({ value }) => value.node))
  const waiting = [...reached]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of neighbours.get(node) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      waiting.push(next)
    }
  }
  return nodes.filter(({ value }) => !reached.has(value.id)).map(({ path, value }) => fault('PF_DISTRICT_DISCONNECTED', path, `${value.id} cannot be reached from any source.`))
}

/** Electricity is drawn somewhere. */
function connectionFaults(index: DocumentIndex): Fault[] {
  return index.list('deliveryPoints')
    .filter(({ value: { carrier, node } }) => (carrier === 'electricity' || carrier === 'production') && node === undefined)
    .map(({ path, value: { id, carrier } }) => fault('PF_DISTRICT_MISFIT', path, `${id} is a delivery point of ${carrier} without a node of the network.`, 'Add "node" with the busbar or junction that supplies it.'))
}
