import { expect, test } from 'vitest'
import { createExpiryWatch } from './expiry.ts'

const DAY_MS = 86_400_000
const END = Date.UTC(2027, 0, 31)

test('the end of a certificate is said at 60, 30, 7 and 0 days, once each, and the earliest is told', () => {
  const said: string[] = []
  const told: number[] = []
  const note = (level: string) => (what: object) => void said.push(`${level} ${(what as { whose: string }).whose} ${(what as { daysLeft: number }).daysLeft}`)
  const watch = createExpiryWatch('scada', { warn: note('warn'), error: note('error') } as never, (at) => void told.push(at))
  const server = { whose: 'server', certificate: { thumbprint: 'A', subject: 'CN=plant', expiresAt: END, der: Buffer.alloc(0) } } as const
  const own = { whose: 'own', certificate: { ...server.certificate, thumbprint: 'B', expiresAt: END + 1_000 * DAY_MS } } as const
  for (let daysLeft = 80; daysLeft >= -2; daysLeft--) watch.look([server, own], END - daysLeft * DAY_MS)
  expect(said).toEqual(['warn server 60', 'warn server 30', 'error server 7', 'error server 0'])
  expect(new Set(told)).toEqual(new Set([END]))
})

test('a certificate that is first seen shortly before its end is said once', () => {
  const said: object[] = []
  const watch = createExpiryWatch('scada', { warn: () => {}, error: (what: object) => void said.push(what) } as never, () => {})
  const one = { whose: 'own', certificate: { thumbprint: 'A', subject: '', expiresAt: END, der: Buffer.alloc(0) } } as const
  watch.look([one], END - 3 * DAY_MS)
  watch.look([one], END - 2 * DAY_MS)
  expect(said).toHaveLength(1)
})
