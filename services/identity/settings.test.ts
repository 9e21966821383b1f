import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEnvironment } from '#services/config/environment.ts'
import { PROFILES } from './profiles/registry.ts'
import { identitySettings } from './settings.ts'

const settings = (variables: Record<string, string>) => identitySettings(readEnvironment(variables))
const FC = { PENFELD_OIDC_FRANCECONNECT_ISSUER: 'https://oidc.franceconnect.gouv.fr/api/v2', PENFELD_OIDC_FRANCECONNECT_CLIENT_ID: 'fc', PENFELD_OIDC_FRANCECONNECT_CLIENT_SECRET: 'of fc' }
const PC = { PENFELD_OIDC_PROCONNECT_ISSUER: 'https://auth.agentconnect.gouv.fr/api/v2', PENFELD_OIDC_PROCONNECT_CLIENT_ID: 'pc' }

test('without an issuer nobody can sign in; each issuer has settings and a profile of its own', () => {
  expect(settings({}).providers).toEqual([])
  const { providers } = settings({ ...FC, ...PC, PENFELD_OIDC_ISSUER: 'https://login.example.fr' })
  expect(providers.map(({ profile, clientId, clientSecret }) => [profile.id, clientId, clientSecret])).toEqual([['standard', 'penfeld', undefined], ['franceconnect', 'fc', 'of fc'], ['proconnect', 'pc', undefined]])
})

test('what differs from a profile is said for the one issuer', () => {
  const [fc] = settings({ ...FC, PENFELD_OIDC_FRANCECONNECT_PKCE: 'on', PENFELD_OIDC_FRANCECONNECT_SIGNING_ALG: 'RS256' }).providers
  expect(fc!.profile).toMatchObject({ pkce: true, signingAlg: 'RS256', signedUserinfo: true })
  expect(PROFILES.franceconnect).toMatchObject({ pkce: false, signingAlg: 'ES256' })
  // A signature that a profile asks for cannot be waived.
  expect(settings({ ...FC, PENFELD_OIDC_FRANCECONNECT_SIGNED_USERINFO: 'off' }).providers[0]!.profile.signedUserinfo).toBe(true)
  expect(settings({ PENFELD_OIDC_ISSUER: 'https://a.example', PENFELD_OIDC_SIGNED_USERINFO: 'on' }).providers[0]!.profile.signedUserinfo).toBe(true)
})

test('a key of ours comes before a secret, and must be one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-settings-'))
  try {
    const file = join(folder, 'key.pem')
    writeFileSync(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const [fc] = settings({ ...FC, PENFELD_OIDC_FRANCECONNECT_CLIENT_PRIVATE_KEY_FILE: file }).providers
    expect(fc!.clientKey).toMatch(/BEGIN PRIVATE KEY/)
    expect(fc!.clientSecret).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each<Record<string, string>>([
  { PENFELD_OIDC_PROCONNECT_ISSUER: 'http://auth.agentconnect.gouv.fr' },
  { PENFELD_OIDC_PROCONNECT_ISSUER: 'agentconnect' },
  { ...FC, PENFELD_OIDC_FRANCECONNECT_PKCE: 'maybe' },
  { ...FC, PENFELD_OIDC_FRANCECONNECT_SIGNING_ALG: 'HS256' },
  { ...FC, PENFELD_OIDC_FRANCECONNECT_SIGNING_ALG: 'none' },
  { ...FC, PENFELD_OIDC_FRANCECONNECT_CLIENT_PRIVATE_KEY: 'no key' },
  { PENFELD_ADMINISTRATORS: 'anne' },
  { PENFELD_ADMINISTRATORS: 'facebook:anne' },
])('refused: %j', (variables) => {
  expect(() => settings(variables)).toThrow(/PF_CONFIG_INVALID/)
})

test('the first administrators are named by provider and subject, which may hold colons', () => {
  expect(settings({ PENFELD_ADMINISTRATORS: 'proconnect:8a1b, standard:urn:anne' }).administrators).toEqual([{ provider: 'proconnect', subject: '8a1b' }, { provider: 'standard', subject: 'urn:anne' }])
})

test('every profile has random texts that are long enough for the strictest provider, and asks for what it can verify', () => {
  for (const profile of Object.values(PROFILES)) {
    expect(profile.randomLength).toBeGreaterThanOrEqual(32)
    expect(profile.scope.split(' ')).toContain('openid')
    if (profile.tellsSiret) expect(profile.signedUserinfo).toBe(true)
  }
})
