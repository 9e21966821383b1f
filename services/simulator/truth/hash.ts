/**
 * Noise that is a function of what it belongs to (a point, a day, a slot) and of the seed, never of the order of calls:
 * so the past, the present and a second reading of the past agree to the last bit.
 */

/** 32 well-mixed bits of three integers. */
export function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(c ^ 0x165667b1, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** Evenly spread over [0, 1). */
export const uniform = (a: number, b: number, c: number): number => hash(a, b, c) / 4_294_967_296

/** About normal with mean 0 and standard deviation 1, never beyond 3.5: the sum of the four bytes of one hash. */
export function normal(a: number, b: number, c: number): number {
  const h = hash(a, b, c)
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8
}

/** FNV-1a of a name, so that a point keeps its noise when the document around it changes. */
export function hashOf(name: string): number {
  let h = 0x811c9dc5
  for (let index = 0; index < name.length; index++) h = Math.imul(h ^ name.charCodeAt(index), 0x01000193)
  return h >>> 0
}
