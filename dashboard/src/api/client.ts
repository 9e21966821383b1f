import type { Problem } from '#contract/common.ts'

/** What went wrong with a request, in the words of the service, or `PF_UNREACHABLE` when nothing answered. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly remedy: string
  readonly requestId: string | undefined

  constructor(problem: Pick<Problem, 'status' | 'code' | 'detail' | 'remedy'> & { requestId?: string }) {
    super(problem.detail)
    this.name = 'ApiError'
    this.status = problem.status
    this.code = problem.code
    this.remedy = problem.remedy
    this.requestId = problem.requestId
  }

  get needsSignIn(): boolean {
    return this.status === 401
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}

async function read<T>(address: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(address, { credentials: 'same-origin', ...init, headers: { accept: 'application/json', ...init.headers } })
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ApiError({ status: 0, code: 'PF_UNREACHABLE', detail: '', remedy: '' })
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as T
  throw new ApiError(isProblem(body) ? body : { status: response.status, code: `HTTP ${response.status}`, detail: '', remedy: '' })
}

/** Unchanged answers come from the browser's own cache through their ETag. */
export const getJson = <T>(address: string, signal?: AbortSignal): Promise<T> => read<T>(address, { signal })

export const postBody = <T>(address: string, csrfToken: string | null, body: object): Promise<T> =>
  read<T>(address, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(csrfToken ? { 'x-csrf-token': csrfToken } : {}) } })

export const postJson = <T>(address: string, csrfToken: string | null): Promise<T> =>
  read<T>(address, { method: 'POST', headers: csrfToken ? { 'x-csrf-token': csrfToken } : {} })

export const sendDelete = <T>(address: string, csrfToken: string | null): Promise<T> =>
  read<T>(address, { method: 'DELETE', headers: csrfToken ? { 'x-csrf-token': csrfToken } : {} })

/** Sends a file and says how much of it has gone; `fetch` tells no progress of what it sends. */
export function uploadFile<T>(address: string, file: Blob, type: string, csrfToken: string | null, progress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.setRequestHeader('content-type', type)
    request.setRequestHeader('accept', 'application/json')
    if (csrfToken) request.setRequestHeader('x-csrf-token', csrfToken)
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0)
    request.onerror = () => reject(new ApiError({ status: 0, code: 'PF_UNREACHABLE', detail: '', remedy: '' }))
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as T)
      else reject(new ApiError(isProblem(body) ? body : { status: request.status, code: `HTTP ${request.status}`, detail: '', remedy: '' }))
    }
    request.send(file)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
