import { expect, test } from 'vitest'
import type { HolderName } from '#contract/own-access.ts'
import { accessFr } from '../../i18n/access-words.ts'
import { holderLabel } from './holder-label.ts'

const of = (more: Partial<HolderName>) => holderLabel({ holder: 'h-1', name: null, kind: 'business', places: [], ...more }, accessFr)

test('a business goes by its name, a household by its place, and what is nameless by its number', () => {
  expect(of({ name: 'Boulangerie', places: ['Boulangerie'] })).toBe('Boulangerie')
  expect(of({ name: 'Ville', places: ['École', 'Halle', 'Mairie'] })).toBe('Ville, École et 2 autres lieux')
  expect(of({ kind: 'household', places: ['Forges 1'] })).toBe('Logement, Forges 1')
  expect(of({ kind: 'household', name: 'never shown', places: ['Forges 1'] })).not.toContain('never')
  expect(of({})).toBe('Titulaire h-1')
  expect(of({ places: ['Halle'] })).toBe('Titulaire h-1, Halle')
})
