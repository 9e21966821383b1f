import type { Range } from '#models/district/schema-study.ts'

export const rangeOf = (amount: number | Range): Range => (typeof amount === 'number' ? { low: amount, likely: amount, high: amount } : amount)
/** Likely, and its ends behind it where they differ. */
export const rangeSaid = ({ low, likely, high }: Range, write: (value: number) => string): string => (low === high ? write(likely) : `${write(likely)}\u00a0(${write(low)}–${write(high)})`)
