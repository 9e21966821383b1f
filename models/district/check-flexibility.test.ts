import { expect, test } from 'vitest'
import { isSafeAddress } from './check-flexibility.ts'
import { checkDistrict } from './check.ts'
import { sampleDistrict } from './sample-district.ts'
import type { FlexibilityContract } from './schema-flexibility.ts'

const profiles = new Map([['shop-meter', new Map([['p', 'W'], ['e', 'kWh']])]])

function faultsOf(change: Partial<FlexibilityContract>): string[] {
  const district = sampleDistrict()
  const contract: FlexibilityContract = {
    id: 'flex-1', name: { fr: 'Essai', en: 'Trial' }, buyer: 'Network', seller: 'Shop', node: district.network.busbars[0]!.id, deliveryPoints: [district.deliveryPoints.find(({ carrier }) => carrier === 'electricity')!.id],
    kw: 10, availabilityEurPerKwYear: 20, activationEurPerMwh: 200, hoursAYear: 40, noticeH: 2, mostHoursAnActivation: 2, baseline: '10-of-10', penalty: { toleratedShare: 0.9, eurPerMwh: 300 }, safeState: 'release',
    notices: { webhook: { url: 'https://shop.example/flex', secret: 'SHOP_WEBHOOK_SECRET' } }, validFrom: '2026-01-01T00:00:00Z', ...change,
  }
  return checkDistrict({ ...district, flexibilityContracts: [contract] }, profiles).map(({ code, path }) => `${code.replace('PF_DISTRICT_', '')} ${path.replace('/flexibilityContracts/0', '')}`)
}

test('a contract that can be carried out has no fault', () => {
  expect(faultsOf({})).toEqual([])
})

test.each<[string, Partial<FlexibilityContract>, string[]]>([
  ['ends before it begins', { validTo: '2025-01-01T00:00:00Z' }, ['INTERVAL /validTo']],
  ['is of nobody', { deliveryPoints: ['nobody'] }, ['REFERENCE /deliveryPoints/0']],
  ['hangs nowhere', { node: 'nowhere' }, ['REFERENCE /node']],
  ['counts a point twice', { deliveryPoints: Array.from({ length: 2 }, () => sampleDistrict().deliveryPoints.find(({ carrier }) => carrier === 'electricity')!.id) }, ['MISFIT /deliveryPoints']],
  ['sends in the clear', { notices: { webhook: { url: 'http://shop.example/flex', secret: 'SHOP_WEBHOOK_SECRET' } } }, ['MISFIT /notices/webhook/url']],
  ['is called back in the clear', { notices: { openAdr: { venName: 'v', token: 'V_TOKEN', callbackOrigin: 'http://node.example' } } }, ['MISFIT /notices/openAdr/callbackOrigin']],
  ['is called back at a path', { notices: { openAdr: { venName: 'v', token: 'V_TOKEN', callbackOrigin: 'https://node.example/x' } } }, ['MISFIT /notices/openAdr/callbackOrigin']],
  ['calls longer than a year allows', { mostHoursAnActivation: 50 }, ['MISFIT /mostHoursAnActivation']],
  ['writes its secret down', { notices: { webhook: { url: 'https://shop.example/flex', secret: 'hunter2' } } }, ['SCHEMA /notices/webhook/secret']],
])('one that %s is a fault', (_, change, faults) => {
  expect(faultsOf(change)).toEqual(faults)
})

test.each([['https://a.example/x', true], ['http://127.0.0.1:9/x', true], ['http://localhost/x', true], ['http://10.0.0.1/x', false], ['http://127.0.0.1.example/x', false], ['https://user:secret@a.example/', false], ['ftp://a.example', false], ['nothing', false]])('%s: %s', (address, isSafe) => {
  expect(isSafeAddress(address)).toBe(isSafe)
})
