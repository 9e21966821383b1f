import type { Change } from '#models/capacity/remedies.ts'
import type { LineSection, Network, Transformer } from '#models/district/schema.ts'
import type { NetworkEffect } from '../measure.ts'

/** Of elements that a network does not have (any more), nothing is changed. */
export const networkEffect = (changes: readonly Change[], apply: (network: Network) => Network): NetworkEffect => ({ kind: 'network', changes, apply })

export const sectionEffect = (id: string, into: string, change: (section: LineSection) => LineSection): NetworkEffect =>
  networkEffect([{ element: id, into }], (network) => ({ ...network, lineSections: network.lineSections.map((one) => (one.id === id ? change(one) : one)) }))

export const transformerEffect = (id: string, into: string, change: (transformer: Transformer) => Transformer): NetworkEffect =>
  networkEffect([{ element: id, into }], (network) => ({ ...network, transformers: network.transformers.map((one) => (one.id === id ? change(one) : one)) }))
