import type { Meaning } from './units.ts'

/** What the orthogonal VIFEs add to a value (EN 13757-3:2018, combinable extension codes). */
export interface Qualified {
  readonly meaning: Meaning
  readonly offset: number
  readonly qualifiers: readonly string[]
  /** The meter says why it gives no usable value. */
  readonly refusal: string | undefined
}

const REFUSALS: Readonly<Record<number, string>> = {
  0x01: 'too-many-difes', 0x02: 'storage-not-implemented', 0x03: 'subunit-not-implemented', 0x04: 'tariff-not-implemented', 0x05: 'function-not-implemented',
  0x06: 'data-class-not-implemented', 0x07: 'data-size-not-implemented', 0x0b: 'too-many-vifes', 0x0c: 'vif-group-illegal', 0x0d: 'vif-exponent-illegal',
  0x0e: 'vif-and-dif-mismatch', 0x0f: 'action-not-implemented', 0x15: 'no-data', 0x16: 'overflow', 0x17: 'underflow', 0x18: 'data-error', 0x1c: 'premature-end',
}

const NAMED: Readonly<Record<number, string>> = {
  0x12: 'average', 0x13: 'inverse-compact-profile', 0x1d: 'standard-conform', 0x1e: 'compact-profile-with-registers', 0x1f: 'compact-profile',
  0x20: 'per-second', 0x21: 'per-minute', 0x22: 'per-hour', 0x23: 'per-day', 0x24: 'per-week', 0x25: 'per-month', 0x26: 'per-year', 0x27: 'per-revolution',
  0x28: 'per-input-pulse-0', 0x29: 'per-input-pulse-1', 0x2a: 'per-output-pulse-0', 0x2b: 'per-output-pulse-1',
  0x2c: 'per-litre', 0x2d: 'per-m3', 0x2e: 'per-kg', 0x2f: 'per-kelvin', 0x30: 'per-kWh', 0x31: 'per-GJ', 0x32: 'per-kW', 0x33: 'per-kelvin-litre', 0x34: 'per-volt', 0x35: 'per-ampere',
  0x36: 'times-second', 0x37: 'times-second-per-volt', 0x38: 'times-second-per-ampere', 0x39: 'start-of', 0x3a: 'uncorrected-unit', 0x3b: 'positive-only', 0x3c: 'negative-only',
  0x3d: 'non-metric', 0x3e: 'base-conditions', 0x3f: 'obis', 0x40: 'lower-limit', 0x48: 'upper-limit', 0x41: 'lower-limit-exceeds', 0x49: 'upper-limit-exceeds',
  0x68: 'while-below-lower-limit', 0x69: 'leakage', 0x6c: 'while-above-upper-limit', 0x6d: 'overflow-value', 0x7e: 'future',
}

const PHASES: Readonly<Record<number, string>> = {
  0x01: 'phase-1', 0x02: 'phase-2', 0x03: 'phase-3', 0x04: 'neutral', 0x05: 'phase-1-2', 0x06: 'phase-2-3', 0x07: 'phase-3-1', 0x08: 'quadrant-1', 0x09: 'quadrant-2', 0x0a: 'quadrant-3', 0x0b: 'quadrant-4',
  0x0c: 'import-minus-export', 0x10: 'absolute-sum', 0x11: 'type-C', 0x12: 'type-D', 0x13: 'towards-meter', 0x14: 'from-meter',
}

const SECOND_VIFE_TABLE = 0x7c
const MANUFACTURER = 0x7f
/** Units of `nn` in the codes of durations: second, minute, hour, day. */
const DURATION_SECONDS = [1, 60, 3_600, 86_400]

const isDurationOfLimit = (code: number) => (code & 0x70) === 0x50
const isDurationOf = (code: number) => (code & 0x78) === 0x60
const isDateOfLimit = (code: number) => (code & 0x72) === 0x42
const isDateOf = (code: number) => (code & 0x7a) === 0x6a

/** Goes through the VIFEs behind a VIF; a code that is reserved is kept by its number. */
export function qualify(meaning: Meaning, vifes: readonly number[]): Qualified {
  let { unit, exponent, factor, form } = meaning
  let offset = 0
  let refusal: string | undefined
  const qualifiers: string[] = []
  for (let place = 0; place < vifes.length; place++) {
    const code = vifes[place] & 0x7f
    if (code === MANUFACTURER) {
      // Everything behind it is the manufacturer's own language.
      qualifiers.push(['manufacturer', ...vifes.slice(place + 1).map(hex)].join('-'))
      break
    }
    if (code === SECOND_VIFE_TABLE) {
      const next = vifes[++place]
      qualifiers.push(next === undefined ? 'vife-7c' : PHASES[next & 0x7f] ?? `vife-7c-${hex(next & 0x7f)}`)
    } else if (code in REFUSALS) refusal ??= REFUSALS[code]
    else if ((code & 0x78) === 0x70) exponent += (code & 7) - 6
    else if ((code & 0x7c) === 0x78) offset += 10 ** ((code & 3) - 3)
    else if (code === 0x7d) exponent += 3
    else if (isDurationOfLimit(code)) {
      qualifiers.push(`${(code & 4) === 0 ? 'first' : 'last'}-duration-${(code & 8) === 0 ? 'below-lower' : 'above-upper'}-limit`);
      ({ unit, exponent, factor, form } = { unit: 's', exponent: 0, factor: DURATION_SECONDS[code & 3], form: 'number' })
    } else if (isDurationOf(code)) {
      qualifiers.push(`${(code & 4) === 0 ? 'first' : 'last'}-duration`);
      ({ unit, exponent, factor, form } = { unit: 's', exponent: 0, factor: DURATION_SECONDS[code & 3], form: 'number' })
    } else if (isDateOfLimit(code)) {
      qualifiers.push(`${(code & 1) === 0 ? 'begin' : 'end'}-of-${(code & 4) === 0 ? 'first' : 'last'}-exceed-of-${(code & 8) === 0 ? 'lower' : 'upper'}-limit`);
      ({ unit, exponent, factor, form } = { unit: '', exponent: 0, factor: 1, form: 'date-time' })
    } else if (isDateOf(code)) {
      qualifiers.push(`${(code & 1) === 0 ? 'begin' : 'end'}-of-${(code & 4) === 0 ? 'first' : 'last'}`);
      ({ unit, exponent, factor, form } = { unit: '', exponent: 0, factor: 1, form: 'date-time' })
    } else if ((code & 0x77) === 0x41) {
      qualifiers.push(NAMED[code]);
      ({ unit, exponent, factor, form } = { unit: '', exponent: 0, factor: 1, form: 'number' })
    } else if (code !== 0) qualifiers.push(NAMED[code] ?? `vife-${hex(code)}`)
  }
  return { meaning: { quantity: meaning.quantity, unit, exponent, factor, form }, offset, qualifiers, refusal }
}

const hex = (code: number): string => code.toString(16).padStart(2, '0')
