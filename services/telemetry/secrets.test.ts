import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { secretOf } from '#services/collectors/http/secret.ts'
import { fillVariables } from '#services/config/fill-variables.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { learnFrom, learnSecret, oneLine, scrub } from './secrets.ts'

test('what was learnt is taken out in every form it may take; what was not stays', () => {
  const secret = 'kx7"Ω &/öl+9'
  learnSecret(secret)
  for (const form of [secret, encodeURIComponent(secret), JSON.stringify({ secret }), `user=${Buffer.from(secret).toString('base64')}`]) {
    const shown = scrub(`before ${form} after`)
    for (const part of ['kx7', 'l+9', encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')]) expect(shown).not.toContain(part)
    expect(shown).toMatch(/^before .*\[secret\].* after$/)
  }
  expect(scrub('a plain sentence about a password')).toBe('a plain sentence about a password')
})

test('of two secrets of which one begins with the other nothing is left; too short to be one is none', () => {
  learnSecret('abcdef')
  learnSecret('abcdef-and-more')
  learnSecret('xy')
  expect(scrub('abcdef-and-more abcdef xy')).toBe('[secret] [secret] xy')
})

test('users of addresses, headers and cookies are taken out unlearnt', () => {
  for (const [text, shown] of [
    ['connect mqtt://anne:pass-1@broker:1883 failed', 'connect mqtt://[secret]@broker:1883 failed'],
    ['redis://:p@ss@10.0.0.1:6379/0', 'redis://[secret]@10.0.0.1:6379/0'],
    ['https://token-only@host/x', 'https://[secret]@host/x'],
    ['Authorization: Bearer abc.def.ghi', 'Authorization: [secret]'],
    ['sent Basic dXNlcjpwYXNz to it', 'sent Basic [secret] to it'],
    ['{"cookie":"sid=one; other=two","route":"/x"}', '{"cookie":"[secret]","route":"/x"}'],
    ['"x-csrf-token":"q-1"', '"x-csrf-token":"[secret]"'],
    ['saw __Host-sid=abc.def; and more', 'saw __Host-sid=[secret]; and more'],
    ['GET /api/planner/state?token=pfd_Ab-0123456789_abcdefABCDEF01234567890123456 400', 'GET /api/planner/state?token=[secret] 400'],
    ['the prefix pfd_Ab12cd stays', 'the prefix pfd_Ab12cd stays'],
    ['mail anne@example.fr, http://host/a@b', 'mail anne@example.fr, http://host/a@b'],
  ] as const) expect(scrub(text)).toBe(shown)
})

test('secrets are learnt where they are read: settings, addresses, options of sources', () => {
  readEnvironment({ INFLUX_TOKEN: 'anne:influx-pw-1', REDIS_URL: 'rediss://:red%21is-2@h:1', MQTT_PASSWORD: 'mqtt-pw-3' })
  fillVariables({ sources: [{ id: 's', url: 'mqtt://u:url-pw-4@h', options: { password: '${X}', clientSecret: 'oauth-5', username: 'anne-6' } }, { id: 't' }, null] }, { X: 'filled-7' })
  secretOf('ENEDIS_CLIENT', { ENEDIS_CLIENT: 'enedis-9' })
  learnFrom('PENFELD_CONTROL_KEY', 'public-8')
  expect(scrub('influx-pw-1 red%21is-2 red!is-2 mqtt-pw-3 url-pw-4 filled-7 oauth-5 enedis-9')).toBe(Array(8).fill('[secret]').join(' '))
  expect(scrub('anne-6 public-8')).toBe('anne-6 public-8')
})

/** Texts that try to begin a line of their own, or to steer a terminal. */
const FORGERIES = ['\n{"level":50,"msg":"forged"}', '\r\nforged', '\u2028forged', '\u2029forged', '\u0085forged', '\u001b[2K\u001b[1Aforged', '\u001b]0;forged\u0007', '\u202edegrof', '\0forged', '"}\n{"level":60,"role":"api","msg":"forged"}', '\\n{"msg":"forged"}', '%0aforged', '\v\fforged', '\bforged']

test('nothing that comes from outside begins a line of its own, on the terminal or in a log', () => {
  for (const text of FORGERIES) expect(oneLine(`a source says ${text}`)).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]+$/)
  const script = `import { createLogger } from '#services/telemetry/logger.ts'
    const log = createLogger('collect', 'debug')
    for (const text of ${JSON.stringify(FORGERIES)}) log.warn({ source: text, error: new Error(text).message, [text]: 1 }, text)
    log.child({ sourceId: ${JSON.stringify(FORGERIES[0])} }).error({ password: 'p-1', deep: { token: 't-2', deeper: { secret: 's-3' } } }, 'the last')`
  const { stderr, status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script], { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  expect(status).toBe(0)
  const lines = stderr.trimEnd().split(/[\n\r\u2028\u2029\u0085]/)
  const records = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { role: string; msg: string })
  expect(records.map(({ role }) => role)).toEqual(Array(FORGERIES.length + 1).fill('collect'))
  expect(records.map(({ msg }) => msg)).toEqual([...FORGERIES, 'the last'])
  expect(lines).toHaveLength(records.length)
  expect(stderr).not.toMatch(/p-1|t-2|s-3|\u001b/)
})
