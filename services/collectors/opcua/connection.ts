import {
  AttributeIds, MessageSecurityMode, OPCUAClient, ReadRequest, SecurityPolicy, TimestampsToReturn, UserTokenType, VariableIds,
  type ClientSession, type OPCUACertificateManager, type ReadResponse, type UserIdentityInfo,
} from 'node-opcua'
import { call, type Line } from './calls.ts'
import type { OpcUaSettings } from './settings.ts'

const NO_ANSWER_MS = 15_000
const SESSION_TIMEOUT_MS = 60_000
/** What a server may send us in one message; more is an attack or a fault, and the line is closed. */
const MOST_MESSAGE_BYTES = 16 * 2 ** 20
const MOST_CHUNKS = 2_048

/**
 * A client that connects once, signed and encrypted or not at all. node-opcua's own reconnecting is off: it can hang in
 * a half-built state, whereas a new client always starts from nothing.
 */
export async function openClient({ url }: OpcUaSettings, certificates: OPCUACertificateManager): Promise<OPCUAClient> {
  const client = OPCUAClient.create({
    applicationName: 'Penfeld', applicationUri: 'urn:penfeld:collector', clientName: 'penfeld-collector',
    clientCertificateManager: certificates,
    securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false, keepSessionAlive: false,
    // A session must be able to outlive its line; whoever is done with one closes it.
    keepPendingSessionsOnDisconnect: true,
    transportSettings: { maxMessageSize: MOST_MESSAGE_BYTES, maxChunkCount: MOST_CHUNKS },
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1_000 },
    transportTimeout: NO_ANSWER_MS, defaultTransactionTimeout: NO_ANSWER_MS, requestedSessionTimeout: SESSION_TIMEOUT_MS,
  })
  try {
    await client.connect(url)
  } catch (error) {
    await closeClient(client)
    throw error
  }
  return client
}

/** Never fails: what is left of a broken connection is not worth an error. */
export async function closeClient(client: OPCUAClient): Promise<void> {
  await client.disconnect().catch(() => {})
}

export async function closeSession(session: ClientSession): Promise<void> {
  await session.close(true).catch(() => {})
}

export function identityOf({ username, password }: OpcUaSettings): UserIdentityInfo {
  return username === undefined ? { type: UserTokenType.Anonymous } : { type: UserTokenType.UserName, userName: username, password: password ?? '' }
}

/** Prefix of node ids in the namespace; its index is only sure for the life of one session, so it is read anew for each. */
export async function namespacePrefix(line: Line, namespaceUri: string): Promise<string> {
  const { results } = await call<ReadResponse>(line, new ReadRequest({
    maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither, nodesToRead: [{ nodeId: `i=${VariableIds.Server_NamespaceArray}`, attributeId: AttributeIds.Value }],
  }))
  const uris: unknown = results?.[0]?.value?.value
  const index = Array.isArray(uris) ? uris.indexOf(namespaceUri) : -1
  if (index < 0) throw new Error(`the server has no namespace ${namespaceUri}`)
  return `ns=${index};s=`
}
