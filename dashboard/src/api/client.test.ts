import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, getJson, postJson } from './client.ts'

const answer = (status: number, body: string) => vi.stubGlobal('fetch', vi.fn(async () => new Response(body, { status })))
afterEach(() => vi.unstubAllGlobals())

describe('requests', () => {
  it('turns problem+json into an error with its code and remedy', async () => {
    answer(401, JSON.stringify({ status: 401, code: 'PF_SIGN_IN_REQUIRED', detail: 'For people who are signed in.', remedy: 'Sign in.', requestId: 'r-1' }))
    const error = await getJson('/api/x').catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'PF_SIGN_IN_REQUIRED', remedy: 'Sign in.', requestId: 'r-1', needsSignIn: true })
  })
  it('survives an answer that is not JSON', async () => {
    answer(502, '<html>bad gateway</html>')
    await expect(getJson('/api/x')).rejects.toMatchObject({ status: 502, code: 'HTTP 502' })
  })
  it('says that nothing answered', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('failed'))))
    await expect(getJson('/api/x')).rejects.toMatchObject({ status: 0, code: 'PF_UNREACHABLE' })
  })
  it('sends the token against forged requests back', async () => {
    answer(200, '{"signedIn":false}')
    expect(await postJson('/api/session/sign-out', 'token')).toEqual({ signedIn: false })
    expect(vi.mocked(fetch).mock.calls[0][1]).toMatchObject({ method: 'POST', headers: { 'x-csrf-token': 'token' } })
  })
})
