declare const publishable: unique symbol
/**
 * What carries this brand has passed the rules of disclosure, and nothing else may reach the public. Only this folder makes one: the
 * symbol is not exported, and a rule of eslint refuses the cast anywhere else.
 */
export type Publishable<T> = T & { readonly [publishable]: true }
