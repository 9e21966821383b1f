import { QUALITY } from '#models/units/quality.ts'
import type { QualityCode } from './format.ts'

/** Codes of ESPI (NAESB REQ.21), which are those of IEC 61968-9 and IEEE 2030.5. */

interface Uom { readonly quantity: string; readonly unit: string; readonly factor: number }

const JOULE_PER_BTU = 1_055.05585262
const LITRE_PER_FT3 = 28.316846592

/** `quantity` is the stem of a column name; `factor` turns a value into `unit`. */
const UOMS: Readonly<Record<number, Uom>> = {
  5: { quantity: 'current', unit: 'A', factor: 1 },
  23: { quantity: 'temperature', unit: 'degC', factor: 1 },
  29: { quantity: 'voltage', unit: 'V', factor: 1 },
  31: { quantity: 'energy', unit: 'J', factor: 1 },
  38: { quantity: 'power', unit: 'W', factor: 1 },
  42: { quantity: 'volume', unit: 'm3', factor: 1 },
  61: { quantity: 'apparent-power', unit: 'VA', factor: 1 },
  63: { quantity: 'reactive-power', unit: 'var', factor: 1 },
  72: { quantity: 'energy', unit: 'Wh', factor: 1 },
  119: { quantity: 'volume', unit: 'L', factor: LITRE_PER_FT3 },
  125: { quantity: 'flow', unit: 'm3/h', factor: 1 },
  128: { quantity: 'volume', unit: 'L', factor: 3.785411784 },
  130: { quantity: 'volume', unit: 'L', factor: 4.54609 },
  132: { quantity: 'energy', unit: 'J', factor: JOULE_PER_BTU },
  134: { quantity: 'volume', unit: 'L', factor: 1 },
  137: { quantity: 'flow', unit: 'L/h', factor: 1 },
  169: { quantity: 'energy', unit: 'J', factor: 100_000 * JOULE_PER_BTU },
}

export const uomOf = (code: number): Uom | undefined => UOMS[code]

/** A register that only rises (bulk quantity, continuous cumulative, cumulative, summation), an interval, or a value of its moment. */
export const accumulationOf = (code: number): 'register' | 'interval' | 'moment' =>
  code === 1 || code === 2 || code === 3 || code === 9 ? 'register' : code === 6 || code === 12 ? 'moment' : 'interval'

/** Suffix of the column and sign: forward is drawn from the network, reverse is fed in. */
export function flowOf(code: number): { readonly suffix: string; readonly sign: 1 | -1 } {
  if (code === 19) return { suffix: '-injected', sign: -1 }
  return { suffix: code === 4 ? '-net' : code === 20 || code === 21 ? '-total' : '', sign: 1 }
}

/** Undefined for a projection: it was never measured. */
export function qualityOf(code: number): QualityCode | undefined {
  if (code === 12) return undefined
  return code === 0 || code === 14 || code >= 17 ? QUALITY.measured : QUALITY.uncertain
}
