import type { District, InverterControl as DocumentInverterControl, Switch } from '#models/district/schema.ts'
import { validAt } from './dated.ts'
import { BASE_POWER_KVA, FREQUENCY_HZ } from './network.ts'
import { emptyPowerNetwork, type InverterControl, type Line, type OnLoadTapChanger, type PowerNetwork, type TwoWindingTransformer, type Winding } from './power-network.ts'
import { sectionValues, threeWindingValues, transformerValues } from './wired-branches.ts'

/**
 * The electrical network of a district document at an instant (ms), to be checked by `validateNetwork` or written for other tools.
 * Loads are not part of it: they come from measurements and estimates.
 * @param positions measured ones (true: closed) of switches and couplers; they win over the dated ones
 */
export function powerNetworkOf({ network, deliveryPoints, name }: Pick<District, 'network' | 'deliveryPoints' | 'name'>, at: number, positions?: ReadonlyMap<string, boolean>): PowerNetwork {
  const isClosed = (one: Pick<Switch, 'id' | 'positions'>) => positions?.get(one.id) ?? validAt(one.positions, at)?.closed ?? false
  const openEnds = new Set(network.switches.filter((one) => !isClosed(one)).map((one) => `${one.lineSection} ${one.end}`))
  const kvOf = new Map([...network.busbars, ...network.junctions].map((bus) => [bus.id, bus.nominalVoltageKv]))
  const tapChangers = network.tapChangers ?? []

  const transformerOf = (one: (typeof network.transformers)[number]): TwoWindingTransformer => {
    const values = transformerValues(one)
    const changer = tapChangers.find((other) => other.transformer === one.id)
    const limitPct = validAt(one.ratings, at)?.limitPct
    return {
      id: one.id, name: one.name, from: one.hvNode, to: one.lvNode, fromClosed: true, toClosed: true, ...values, ...windingsOf(one.vectorGroup),
      ...(values.tap && { tap: changer === undefined ? values.tap : { ...values.tap, lowest: changer.lowest, highest: changer.highest } }), ...(limitPct !== undefined && { limitPct }),
    }
  }
  return {
    ...emptyPowerNetwork(name.en, BASE_POWER_KVA, FREQUENCY_HZ),
    buses: [
      ...network.busbars.map(({ id, name: called, substation, nominalVoltageKv }) => ({ id, name: called, substation, nominalKv: nominalVoltageKv })),
      ...network.junctions.map(({ id, nominalVoltageKv }) => ({ id, nominalKv: nominalVoltageKv })),
    ],
    lines: network.lineSections.map((one): Line => {
      const { lengthKm, parallel = 1, zeroSequence } = one
      const rating = validAt(one.ratings, at)
      const zero = zeroSequence && sectionValues({ ...one, ...zeroSequence })
      return {
        id: one.id, name: one.name, type: one.cable, from: one.from, to: one.to, fromClosed: !openEnds.has(`${one.id} from`), toClosed: !openEnds.has(`${one.id} to`),
        lengthKm, parallel, ...sectionValues(one), ...(zero && { r0Ohm: zero.rOhm, x0Ohm: zero.xOhm, c0Uf: zero.cUf }),
        ...(rating && { summerA: rating.summerA * parallel, winterA: rating.winterA * parallel, ...(rating.derating !== undefined && { derating: rating.derating }) }),
      }
    }),
    transformers: network.transformers.map(transformerOf),
    threeWindingTransformers: (network.threeWindingTransformers ?? []).map(threeWindingValues),
    links: (network.busbarCouplers ?? []).map((one) => ({ id: one.id, name: one.name, from: one.from, to: one.to, fromClosed: isClosed(one), toClosed: isClosed(one), kind: 'busbar-coupler' as const })),
    sources: network.sources.map(({ id, node, voltagePu, shortCircuitMva, rxRatio }) => ({ id, bus: node, closed: true, voltagePu, shortCircuitMva, rxRatio })),
    shunts: (network.shunts ?? []).map((one) => ({ id: one.id, bus: one.node, closed: isClosed(one), activeKw: one.lossKw ?? 0, reactiveKvar: one.reactiveKvar })),
    tapChangers: tapChangers.flatMap((one): OnLoadTapChanger[] => {
      const setting = validAt(one.settings, at)
      if (setting === undefined) return []
      const { setPointPu, deadBandPu, firstDelayS, nextDelayS, compoundingROhm, compoundingXOhm } = setting
      return [{
        id: one.id, transformer: one.transformer, regulatedBus: one.regulatedNode, setPointPu, deadBandPu, firstDelayS, nextDelayS,
        ...(compoundingROhm !== undefined && { compoundingROhm }), ...(compoundingXOhm !== undefined && { compoundingXOhm }),
      }]
    }),
    inverterControls: (network.inverterControls ?? []).flatMap((one) => inverterControlOf(one, deliveryPoints.find((point) => point.id === one.deliveryPoint)?.node, at)).filter((one) => kvOf.has(one.bus)),
  }
}

function inverterControlOf({ id, ratedKva, rules }: DocumentInverterControl, bus: string | undefined, at: number): InverterControl[] {
  const rule = validAt(rules, at)
  if (rule === undefined || bus === undefined) return []
  if (rule.cosPhi !== undefined) return [{ id, bus, ratedKva, rule: { kind: 'cos-phi', cosPhi: rule.cosPhi.value, underexcited: rule.cosPhi.underexcited } }]
  const curve = rule.qOfU ?? []
  return [{ id, bus, ratedKva, rule: { kind: 'q-of-u', voltagePu: curve.map((point) => point.voltagePu), reactiveShare: curve.map((point) => point.reactiveShare) } }]
}

/** `Dyn11`: delta at the high side, star with an earthed neutral at the low side. */
function windingsOf(vectorGroup: string): { readonly fromWinding?: Winding; readonly toWinding?: Winding } {
  const groups = /^([YDZydz][Nn]?)([YDZydz][Nn]?)\d+$/.exec(vectorGroup)
  return groups === null ? {} : { fromWinding: groups[1].toUpperCase() as Winding, toWinding: groups[2].toUpperCase() as Winding }
}
