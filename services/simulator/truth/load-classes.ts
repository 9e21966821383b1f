import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { evCharger } from './charging.ts'
import type { Compose } from './composition.ts'
import { dwelling } from './dwelling.ts'
import { measuredShape } from './measured-shape.ts'
import { photovoltaics, streetLighting } from './sunlit.ts'

const OFFICES = ['ucam_b31_electricity', 'ucam_b8_electricity', 'Robin_office_Serena', 'Fox_office_Thelma']
const SHOPS = ['ucam_b70_electricity', 'ucam_b4_electricity', 'ucam_b97_electricity']
const LATE = ['ucam_b22_electricity', 'ucam_b15_electricity', 'Fox_assembly_Christie']
const HEAT = ['heat_energy', 'ucam_b58_gas']
const GAS = ['ucam_b58_gas']
const WATER = ['dma_01', 'dma_02', 'dma_03', 'dma_04', 'dma_05']

/** A baker's ovens run from two to six in the morning, before the shop opens. */
const ovens = (minute: number, open: boolean): number => (open && minute >= 120 && minute < 420 ? 3.2 : 0)
/** A kitchen works before and during lunch and dinner. */
const kitchen = (minute: number, open: boolean): number => (open && ((minute >= 630 && minute < 840) || (minute >= 1_080 && minute < 1_320)) ? 1.1 : 0)

/** The rest of the town: so many customers that chance evens out. The London lodging heats with electricity, as part of a town does. */
const TOWN = { curves: [...OFFICES, 'Robin_lodging_Pricilla', 'Fox_lodging_Winifred', 'ucam_b105_electricity', 'ucam_b22_electricity'], usualAnnual: 10_000_000, dayNoise: 0.015, slotNoise: 0.01 }

/** What each class of load curve of a district document is made from. A new class is one line here. */
export const LOAD_CLASSES: Readonly<Record<string, Compose>> = {
  'dwelling': dwelling({ heatingShare: 0, hotWaterShare: 0, usualAnnual: 2_400 }),
  'dwelling-electric-heating': dwelling({ heatingShare: 0.5, hotWaterShare: 0.17, usualAnnual: 6_500 }),
  'office': measuredShape({ curves: OFFICES, usualAnnual: 60_000, closedShare: 0.55 }),
  'shop': measuredShape({ curves: SHOPS, usualAnnual: 40_000, closedShare: 0.35, slotNoise: 0.1 }),
  'supermarket': measuredShape({ curves: ['ucam_b105_electricity', 'ucam_b70_electricity'], usualAnnual: 345_000, closedShare: 0.75 }),
  'hairdresser': measuredShape({ curves: SHOPS, usualAnnual: 15_000, closedShare: 0.25, slotNoise: 0.15 }),
  // Cold rooms never rest.
  'butcher': measuredShape({ curves: SHOPS, usualAnnual: 31_000, closedShare: 0.6, slotNoise: 0.12 }),
  'bakery': measuredShape({ curves: SHOPS, usualAnnual: 99_000, closedShare: 0.3, overlay: ovens, slotNoise: 0.12 }),
  'restaurant': measuredShape({ curves: LATE, usualAnnual: 55_000, closedShare: 0.4, overlay: kitchen, slotNoise: 0.12 }),
  'school': measuredShape({ curves: ['ucam_b63_electricity', 'ucam_b4_electricity', 'ucam_b27_electricity'], usualAnnual: 120_000 }),
  'library': measuredShape({ curves: ['ucam_b97_electricity', 'Rat_public_Yessenia'], usualAnnual: 300_000, closedShare: 0.5 }),
  'common-services': measuredShape({ curves: ['Fox_parking_Lynelle', 'Fox_lodging_Winifred'], usualAnnual: 12_000 }),
  'car-park': measuredShape({ curves: ['Fox_parking_Lynelle'], usualAnnual: 80_000 }),
  'ev-charger': evCharger,
  'pv': photovoltaics,
  'street-light': streetLighting,
  'boundary-town': measuredShape(TOWN),
  'heat-substation': measuredShape({ curves: HEAT, usualAnnual: 600_000, dayNoise: 0.04, slotNoise: 0.05 }),
  'gas': measuredShape({ curves: GAS, usualAnnual: 12_000, dayNoise: 0.08, slotNoise: 0.1 }),
  'water': measuredShape({ curves: WATER, usualAnnual: 3_000, dayNoise: 0.1, slotNoise: 0.2 }),
}

export function composeFor(loadClass: string, where: string): Compose {
  const compose = LOAD_CLASSES[loadClass]
  if (compose !== undefined) return compose
  throw new PenfeldError('PF_SIMULATOR_CLASS_UNKNOWN', `The demonstration field knows no load class "${loadClass}"; it knows ${Object.keys(LOAD_CLASSES).join(', ')}.`, { where })
}
