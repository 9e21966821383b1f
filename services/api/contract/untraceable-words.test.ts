import { expect, test } from 'vitest'
import { untraceableText } from './untraceable-words.ts'

test.each([
  ['changed network/lineSections/L1', 'modifié : tronçon L1', 'changed: line section L1'],
  ['removed network/transformers (12)', 'retiré : transformateur (12)', 'removed: transformer (12)'],
  ['changed thresholds', 'modifié : seuils', 'changed: thresholds'],
  ['changed deliveryPoints', 'modifié : points de livraison', 'changed: delivery points'],
  ['edited elec.tr.T1.p', 'corrigé à la main : elec.tr.T1.p', 'corrected by hand: elec.tr.T1.p'],
  ['edited delivery-points (3)', 'corrigé à la main : mesures de points de livraison (3)', 'corrected by hand: measurements of delivery points (3)'],
  ['consents-ended (2)', 'consentements échus (2)', 'consents that have ended (2)'],
  ['added network/winterMonths', 'ajouté : network/winterMonths', 'added: network/winterMonths'],
  ['something new', 'something new', 'something new'],
])('%s', (what, fr, en) => {
  expect([untraceableText(what, 'fr'), untraceableText(what, 'en')]).toEqual([fr, en])
})
