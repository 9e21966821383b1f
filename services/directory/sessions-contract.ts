import { expect, test } from 'vitest'
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, type SessionStore } from './sessions-port.ts'

export interface SessionsUnderTest {
  /** Opened with the clock of the test. */
  readonly store: SessionStore
  /** A person the store may begin sessions for. */
  person(): number
  move(ms: number): void
  now(): number
}

/** What every store of sessions must do. */
export function sessionContract(open: () => SessionsUnderTest): void {
  const begin = (under: SessionsUnderTest, personId = under.person()) => under.store.begin({ personId, provider: 'standard', idToken: 'a.b.c', authenticatedAt: under.now() })

  test('a session is found with all that was said of it, and ends', async () => {
    const under = open()
    const personId = under.person()
    const { sessionId, csrfToken } = await begin(under, personId)
    expect(sessionId).toMatch(/^[\w-]{43}$/)
    expect(await under.store.find(sessionId)).toEqual({ personId, csrfToken, provider: 'standard', idToken: 'a.b.c', authenticatedAt: under.now(), createdAt: under.now(), seenAt: under.now() })
    expect(await under.store.find('x'.repeat(43))).toBeUndefined()
    await under.store.end(sessionId)
    expect(await under.store.find(sessionId)).toBeUndefined()
    await under.store.end(sessionId)
  })

  test('it is over when idle and when old, however busy', async () => {
    const under = open()
    const { sessionId: idle } = await begin(under)
    under.move(IDLE_LIMIT_MS + 1)
    expect(await under.store.find(idle)).toBeUndefined()
    const { sessionId: old } = await begin(under)
    for (let t = 0; t < ABSOLUTE_LIMIT_MS; t += IDLE_LIMIT_MS / 2) {
      expect(await under.store.find(old)).toBeDefined()
      under.move(IDLE_LIMIT_MS / 2)
    }
    under.move(1)
    expect(await under.store.find(old)).toBeUndefined()
  })

  test('a page that only looks does not keep it alive', async () => {
    const under = open()
    const { sessionId } = await begin(under)
    under.move(IDLE_LIMIT_MS - 1)
    expect(await under.store.find(sessionId, { quietly: true })).toBeDefined()
    under.move(2)
    expect(await under.store.find(sessionId, { quietly: true })).toBeUndefined()
  })

  test('one that goes on under a new id grows no younger', async () => {
    const under = open()
    const personId = under.person()
    const createdAt = under.now() - ABSOLUTE_LIMIT_MS + 10
    const { sessionId } = await under.store.begin({ personId, authenticatedAt: createdAt, createdAt })
    expect(await under.store.find(sessionId)).toMatchObject({ createdAt, authenticatedAt: createdAt, seenAt: under.now() })
    under.move(11)
    expect(await under.store.find(sessionId)).toBeUndefined()
  })

  test('revoking ends every session of the person, and of nobody else', async () => {
    const under = open()
    const [one, other] = [under.person(), under.person()]
    const [first, second, others] = [await begin(under, one), await begin(under, one), await begin(under, other)]
    await under.store.revoke(one)
    expect(await under.store.find(first.sessionId)).toBeUndefined()
    expect(await under.store.find(second.sessionId)).toBeUndefined()
    expect(await under.store.find(others.sessionId)).toBeDefined()
  })
}
