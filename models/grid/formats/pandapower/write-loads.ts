import { type NetworkFault, networkError } from '../../network-fault.ts'
import type { Load } from '../../power-network.ts'
import type { Numbers } from './write-branches.ts'
import type { Cells } from './write-tables.ts'

/**
 * Each load a row, save where loads of several kinds stand at one bus: pandapower applies the mean shares of a bus to all that it
 * draws, so that they become one row whose shares are right.
 */
export function loadRows(loads: readonly Load[], number: Numbers, faults: NetworkFault[]): Cells[] {
  const byBus = new Map<string, Load[]>()
  for (const load of loads) byBus.set(load.bus, [...(byBus.get(load.bus) ?? []), load])
  return [...byBus.values()].flatMap((here) => {
    const drawn = here.filter((load) => load.closed)
    if (new Set(drawn.map((load) => load.kind)).size < 2) return here.map((load) => row([load], load.closed, number))
    const summed = row(drawn, true, number)
    const shares = ['p', 'q'].map((power) => [Number(summed[`const_z_${power}_percent`]), Number(summed[`const_i_${power}_percent`])])
    if (shares.some(([z, i]) => !(z >= 0 && i >= 0 && z + i <= 100 + 1e-9))) {
      faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', `loads/${drawn[0].id}`, `The loads of constant power, current and impedance at ${drawn[0].bus} have different signs: their shares of the sum have no form in pandapower.`, 'Give each kind a bus of its own.'))
    }
    return [summed, ...here.filter((load) => !load.closed).map((load) => row([load], false, number))]
  })
}

function row(loads: readonly Load[], inService: boolean, number: Numbers): Cells {
  const sum = (power: 'activeKw' | 'reactiveKvar', kind?: Load['kind']) => loads.reduce((total, load) => total + (kind === undefined || load.kind === kind ? load[power] : 0), 0)
  const share = (power: 'activeKw' | 'reactiveKvar', kind: 'impedance' | 'current') => (loads.length === 1 ? Number(loads[0].kind === kind) * 100 : sum(power, kind) === 0 ? 0 : (100 * sum(power, kind)) / sum(power))
  return {
    name: loads.map((load) => load.id).join(' + '), bus: number(loads[0].bus), p_mw: sum('activeKw') / 1000, q_mvar: sum('reactiveKvar') / 1000,
    const_z_p_percent: share('activeKw', 'impedance'), const_i_p_percent: share('activeKw', 'current'), const_z_q_percent: share('reactiveKvar', 'impedance'), const_i_q_percent: share('reactiveKvar', 'current'),
    sn_mva: null, scaling: 1, in_service: inService, type: 'wye',
  }
}
