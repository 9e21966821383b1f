/** What the study must know of load classes by their names; every other class is only a name to it. */

/** Dwellings: what renovation reaches, and by whose energy chargers, heat pumps and panels are spread. */
export const isDwelling = (loadClass: string): boolean => loadClass.startsWith('dwelling')
/** Dwellings that heat with electricity: they may move to the heat network. */
export const isElectricallyHeated = (loadClass: string): boolean => isDwelling(loadClass) && loadClass.endsWith('electric-heating')

export const EV_CLASS = 'ev-charger'
export const PV_CLASS = 'pv'
/** Heat pumps that replace other heating; no class of today. */
export const HEAT_PUMP_CLASS = 'heat-pump'
