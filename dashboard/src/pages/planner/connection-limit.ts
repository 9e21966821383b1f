import type { BindingLimit } from '#contract/connection-study.ts'

export interface LimitWords {
  readonly limits: Readonly<Record<BindingLimit['kind'], (element: string) => string>>
  afterLossOf(state: string): string
}

/** `the current of R01, after the loss of R17`. */
export const sayLimit = ({ kind, element, state }: BindingLimit, words: LimitWords): string =>
  words.limits[kind](element ?? '') + (state === 'N' || state === '' ? '' : words.afterLossOf(state))
