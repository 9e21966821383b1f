import { type NetworkFault, networkError, networkWarning } from './network-fault.ts'
import type { PowerNetwork, Tap } from './power-network.ts'

/** What is wrong with the values of single elements: not finite, without impedance, without rating, out of range. */
export function valueFaults(network: PowerNetwork): NetworkFault[] {
  return [...finiteFaults(network), ...impedanceFaults(network), ...ratingFaults(network), ...rangeFaults(network)]
}

function finiteFaults(network: PowerNetwork): NetworkFault[] {
  const faults: NetworkFault[] = []
  for (const [kind, list] of Object.entries(network)) {
    if (!Array.isArray(list)) continue
    for (const one of list as readonly { readonly id: string }[]) {
      for (const [name, value] of Object.entries(one)) {
        if (typeof value !== 'number' || Number.isFinite(value)) continue
        const place = `${kind}/${one.id}`
        // In per unit a network can be solved without its voltages.
        if (kind === 'buses' && name === 'nominalKv') faults.push(networkWarning('PF_GRID_LEVEL', place, 'Its nominal voltage is not known: its currents are not computed.', 'Give its nominal voltage.'))
        else faults.push(networkError('PF_GRID_INVALID', place, `${name} is ${value}.`, 'Give a finite number.'))
      }
    }
  }
  return faults
}

function impedanceFaults(network: PowerNetwork): NetworkFault[] {
  const lines = network.lines.flatMap(({ id, rOhm, xOhm }) => {
    if (rOhm === 0 && xOhm === 0) return [networkWarning('PF_GRID_IMPEDANCE', `lines/${id}`, 'It has no impedance: its two buses are taken as one.')]
    return rOhm < 0 ? [networkError('PF_GRID_IMPEDANCE', `lines/${id}`, `Its resistance is ${rOhm} ohm.`)] : []
  })
  const equivalents = network.equivalentBranches.filter(({ rPu, xPu }) => rPu === 0 && xPu === 0).map(({ id }) => networkWarning('PF_GRID_IMPEDANCE', `equivalentBranches/${id}`, 'It has no impedance.'))
  const transformers = network.transformers.flatMap(({ id, shortCircuitVoltagePct, copperLossKw, ratedKva }) => {
    const resistivePct = (100 * copperLossKw) / ratedKva
    if (!(shortCircuitVoltagePct > 0)) return [networkError('PF_GRID_IMPEDANCE', `transformers/${id}`, `Its short-circuit voltage is ${shortCircuitVoltagePct} %.`)]
    return resistivePct > shortCircuitVoltagePct ? [networkError('PF_GRID_IMPEDANCE', `transformers/${id}`, `Its copper losses alone make ${resistivePct.toFixed(2)} %, more than its short-circuit voltage of ${shortCircuitVoltagePct} %.`)] : []
  })
  return [...lines, ...equivalents, ...transformers]
}

function ratingFaults(network: PowerNetwork): NetworkFault[] {
  const lines = network.lines.filter(({ summerA, winterA }) => summerA === undefined || winterA === undefined)
  const equivalents = network.equivalentBranches.filter(({ ratedKva }) => ratedKva === undefined)
  return [
    ...lines.map(({ id, summerA, winterA }) => networkWarning('PF_GRID_RATING_MISSING', `lines/${id}`, `It has no ampacity for ${summerA === undefined && winterA === undefined ? 'summer and winter' : summerA === undefined ? 'summer' : 'winter'}.`)),
    ...equivalents.map(({ id }) => networkWarning('PF_GRID_RATING_MISSING', `equivalentBranches/${id}`, 'It has no rated power.')),
  ]
}

function rangeFaults(network: PowerNetwork): NetworkFault[] {
  const faults: NetworkFault[] = []
  const checkTap = (tap: Omit<Tap, 'side'> | undefined, place: string) => {
    if (tap !== undefined && (tap.position < tap.lowest || tap.position > tap.highest)) faults.push(networkError('PF_GRID_INVALID', place, `Its tap stands at ${tap.position}, outside of ${tap.lowest} to ${tap.highest}.`, 'Correct the position or the range.'))
  }
  for (const one of network.transformers) checkTap(one.tap, `transformers/${one.id}`)
  for (const one of network.threeWindingTransformers) checkTap(one.tap, `threeWindingTransformers/${one.id}`)
  for (const { id, lowestKvar = -Infinity, highestKvar = Infinity } of network.generators) {
    if (lowestKvar > highestKvar) faults.push(networkError('PF_GRID_INVALID', `generators/${id}`, `Its lowest reactive power ${lowestKvar} kvar is above its highest ${highestKvar} kvar.`, 'Exchange or correct the limits.'))
  }
  return faults
}
