import { expect, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import type { Channel } from '../port.ts'
import { nodePathOf, settingsFaults, settingsOf, silenceLimitMs } from './settings.ts'

const source: Source = { id: 'network', protocol: 'opcua', url: 'opc.tcp://10.0.0.1:4840', periodS: 5, staleAfterS: 20 }
const channel = (profileChannel: object): Channel => ({
  point: { id: 'elec.tr.P05.T1.p' } as Channel['point'], device: { id: 'd', source: 'network', profile: 'network-sensor', address: 'P05.T1' },
  profileChannel: { unit: 'kW', ...profileChannel },
})

test('the node of a channel is the address of its device and the suffix of its profile', () => {
  expect(nodePathOf(channel({ suffix: 'p' }), { separator: '.' })).toBe('P05.T1.p')
})

test('without options only what lies in a folder of its own is trusted, and nobody signs in', () => {
  expect(settingsOf(source, '/state')).toEqual({
    url: 'opc.tcp://10.0.0.1:4840', namespaceUri: 'urn:penfeld:field', nodes: 'identifier', separator: '.', trustedCertificateFolder: '/state/trusted', securityMode: 'SignAndEncrypt', securityPolicy: 'Basic256Sha256', username: undefined, password: undefined, samplingIntervalMs: 0, refusedRetryS: 60,
  })
})

test('every fault of a source is found before anything is connected', () => {
  expect(settingsFaults(source, [channel({ suffix: 'p' })])).toEqual([])
  const faulty = { ...source, url: 'http://10.0.0.1', options: { namespaceUri: '', samplingIntervalMs: -1, securityMode: 'Sign', security: 'none', username: 'reader' } }
  expect(settingsFaults(faulty, [channel({})])).toEqual([
    'network: the url is "http://10.0.0.1", must begin with opc.tcp://HOST:PORT',
    'network: the option namespaceUri must be a text',
    'network: the option samplingIntervalMs must be 0 or more',
    'network: the option securityMode must be one of SignAndEncrypt, None',
    'network: the option security is not one of namespaceUri, separator, trustedCertificateFolder, username, password, nodes, securityMode, securityPolicy, samplingIntervalMs, refusedRetryS',
    'network: username and password belong together',
    'elec.tr.P05.T1.p: its channel in the profile network-sensor has no suffix of a node',
  ])
})

test.each([
  ['real time', { periodS: 5, staleAfterS: 20 }, 1, 20_000],
  ['four turns of a second on a fast clock', { periodS: 5, staleAfterS: 20 }, 600, 4_000],
  ['never shorter than a busy machine needs', { periodS: 1, staleAfterS: 1 }, 1, 3_000],
])('silence is noticed in %s', (_, timing, speed, limitMs) => {
  expect(silenceLimitMs(timing, { speed })).toBe(limitMs)
})

test('a user name over a line without security is a fault, and the unknown mode is read as the safe one', () => {
  const open = { ...source, options: { securityMode: 'None', username: 'reader', password: 'secret' } }
  expect(settingsFaults(open, [])).toEqual(['network: a user name is never sent over a line without security (securityMode: None)'])
  expect(settingsOf(open, '/state').securityMode).toBe('None')
  expect(settingsOf({ ...source, options: { securityMode: 'none' } }, '/state').securityMode).toBe('SignAndEncrypt')
})
