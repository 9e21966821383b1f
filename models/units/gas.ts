/**
 * Energy of natural gas. French meters count cubic metres, bills and GRDF count kWh of the higher heating value (PCS,
 * pouvoir calorifique superieur), emission factors are often per kWh of the lower one (PCI). Mixing them overstates
 * emissions by 11 %, so the two have types that cannot stand for one another.
 */
declare const heatingValue: unique symbol
export type GasKwhPcs = number & { readonly [heatingValue]: 'PCS' }
export type GasKwhPci = number & { readonly [heatingValue]: 'PCI' }

/** PCS over PCI of natural gas; source: order of 31 March 2021 on energy performance diagnosis, as GRDF applies it. */
export const GAS_PCS_PER_PCI = 1.11

/** kWh PCS as read from a bill, GRDF or a district document. */
export const gasKwhPcs = (kwh: number): GasKwhPcs => kwh as GasKwhPcs

/**
 * Energy of a metered gas volume.
 * @param volumeM3 as the meter counts it, at its pressure and temperature
 * @param coefficientKwhPerM3 conversion coefficient of the network operator for the place and month (PCS, with altitude
 * and pressure), about 10.5 to 11.5 on high-calorific gas
 */
export function gasEnergyPcs(volumeM3: number, coefficientKwhPerM3: number): GasKwhPcs {
  return (volumeM3 * coefficientKwhPerM3) as GasKwhPcs
}

export const pcsToPci = (energy: GasKwhPcs): GasKwhPci => (energy / GAS_PCS_PER_PCI) as number as GasKwhPci
export const pciToPcs = (energy: GasKwhPci): GasKwhPcs => (energy * GAS_PCS_PER_PCI) as number as GasKwhPcs
