/** The tokens of a JSON pointer (RFC 6901). */
export const pointerTokens = (pointer: string): readonly string[] => (pointer === '' ? [] : pointer.slice(1).split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')))

/** What a pointer leads to; undefined where there is nothing. Members that every object inherits are none of the answer's. */
export function follow(content: unknown, tokens: readonly string[]): unknown {
  let here = content
  for (const token of tokens) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, token)) return undefined
    here = (here as Record<string, unknown>)[token]
  }
  return here
}
