import {
  StatusCodes, type ClientSession, type NodeId, type OPCUAClient, type StatusCode,
} from 'node-opcua'

/** A request of any service: the library fills in its header. */
export interface ServiceRequest {
  requestHeader: { authenticationToken: NodeId, timeoutHint: number }
}

type Callback = (error: Error | null, response?: unknown) => void

/** What the library has and does not show in its types. */
interface HiddenClient {
  performMessageTransaction(request: ServiceRequest, callback: Callback): void
}

/** A client and a session on it: all that a service is called with. */
export interface Line {
  readonly client: OPCUAClient
  readonly session: ClientSession
}

/**
 * Calls a service directly. The session's own methods do more than they say: at "session unknown" they build a new
 * session by themselves and ask again on it, behind the back of who must know that its subscriptions are gone.
 */
export async function call<Answer>({ client, session }: Line, request: ServiceRequest, timeoutMs?: number): Promise<Answer> {
  request.requestHeader.authenticationToken = (session as unknown as { authenticationToken: NodeId }).authenticationToken
  if (timeoutMs !== undefined) request.requestHeader.timeoutHint = timeoutMs
  return await new Promise<Answer>((resolve, reject) => {
    ;(client as unknown as HiddenClient).performMessageTransaction(request, (error, response) => {
      if (error !== null) reject(error)
      else {
        const fault = (response as { responseHeader: { serviceResult: StatusCode } }).responseHeader.serviceResult
        if (fault.isBad()) reject(Object.assign(new Error(fault.toString()), { response }))
        else resolve(response as Answer)
      }
    })
  })
}

/** The status with which a server answered a call as a whole; undefined if it did not answer. */
export function faultOf(error: unknown): StatusCode | undefined {
  return (error as { response?: { responseHeader?: { serviceResult?: StatusCode } } }).response?.responseHeader?.serviceResult
}

const SESSION_GONE: readonly StatusCode[] = [StatusCodes.BadSessionIdInvalid, StatusCodes.BadSessionClosed, StatusCodes.BadSessionNotActivated]

/** True if the server says that it does not know the session (any more). */
export function isSessionGone(error: unknown): boolean {
  const fault = faultOf(error)
  return fault !== undefined && SESSION_GONE.includes(fault)
}
