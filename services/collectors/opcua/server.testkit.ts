import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DataType, DataValue, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes,
  type Namespace, type OperationLimitsOptions, type ReadRawModifiedDetails, type UAObject, type UAVariable,
} from 'node-opcua'

export const TEST_NAMESPACE_URI = 'urn:penfeld:field'

export interface TestServerOptions {
  readonly port: number
  readonly pkiFolder: string
  /** Identifiers of the nodes, in the namespace of the field; an empty one is not there. */
  readonly nodes: readonly string[]
  /** Namespaces that stand before that of the field, and so move its index; each has nodes with the value -1. */
  readonly namespacesBefore?: readonly string[]
  /** Names of these nodes; left out, those of the field. */
  readonly decoys?: readonly string[]
  /** Values of a node with from <= at <= to, oldest first. Left out: the server has no history at all. */
  readonly history?: (node: number, from: number, to: number) => { readonly at: ArrayLike<number>; readonly values: ArrayLike<number> }
  /** True: Republish answers BadMessageNotAvailable, as if every message were thrown away once sent. */
  readonly forgetsMessages?: boolean
  /** True: TransferSubscriptions is a service it does not have. */
  readonly cannotTransfer?: boolean
  readonly operationLimits?: OperationLimitsOptions
  readonly securityModes?: readonly MessageSecurityMode[]
  readonly maxSubscriptionsPerSession?: number
  readonly maxMonitoredItemsPerSubscription?: number
  readonly maxSessions?: number
  readonly isUser?: (name: string, password: string) => boolean
  /** More of the address space, for browsing. */
  readonly build?: (namespace: Namespace, objects: UAObject) => void
}

export interface TestServer {
  readonly url: string
  readonly server: OPCUAServer
  publish(node: number, at: number, value: number): void
  sessions(): number
  /** Messages sent and not acknowledged yet, over all subscriptions. */
  unacknowledged(): number
  /** Ends all sessions and leaves their subscriptions alive, as a server does that lost them by time. */
  forgetSessions(): void
  /** A node that was not there when the server started. */
  addLate(node: number, name: string): void
  stop(): Promise<void>
}

/** What of the library's server is changed for tests and not in its types. */
interface HiddenServer {
  _on_RepublishRequest(message: { request: { subscriptionId: number } }, channel: unknown): void
  _on_TransferSubscriptionsRequest(message: unknown, channel: { send_error_and_abort?: unknown }): void
  engine: {
    findSubscription(id: number): { getMessageForSequenceNumber(sequence: number): null } | null
    transferSubscription(...given: unknown[]): Promise<unknown>
    _sessions: Record<string, { authenticationToken: unknown; publishEngine: { subscriptions: { subscriptionDiagnostics: { unacknowledgedMessageCount: number } }[] } }>
    closeSession(token: unknown, deleteSubscriptions: boolean, reason: string): void
    currentSessionCount: number
  }
}

/** An OPC-UA server whose virtues can be taken away one by one. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const { port, pkiFolder, nodes, namespacesBefore = [], history } = options
  const usersFolder = join(pkiFolder, 'users')
  await mkdir(usersFolder, { recursive: true })
  const certificates = new OPCUACertificateManager({ rootFolder: pkiFolder, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true })
  const userCertificates = new OPCUACertificateManager({ rootFolder: usersFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  await userCertificates.initialize()
  const securityModes = [...(options.securityModes ?? [MessageSecurityMode.SignAndEncrypt])]
  const server = new OPCUAServer({
    port, host: '127.0.0.1', hostname: '127.0.0.1', resourcePath: '/test',
    serverInfo: { applicationUri: 'urn:penfeld:test', productUri: 'urn:penfeld:test', applicationName: { text: 'Penfeld test' } },
    serverCertificateManager: certificates, userCertificateManager: userCertificates,
    securityModes, securityPolicies: securityModes.every((mode) => mode === MessageSecurityMode.None) ? [SecurityPolicy.None] : [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    disableDiscovery: false, allowAnonymous: options.isUser === undefined,
    ...(options.isUser === undefined ? {} : { userManager: { isValidUser: options.isUser } }),
    serverCapabilities: {
      minSupportedSampleRate: 0, maxMonitoredItems: 1_000_000,
      maxSessions: options.maxSessions ?? 20,
      maxSubscriptionsPerSession: options.maxSubscriptionsPerSession ?? 100,
      maxMonitoredItemsPerSubscription: options.maxMonitoredItemsPerSubscription ?? 100_000,
      operationLimits: options.operationLimits ?? {},
    },
  })
  await server.initialize()
  const hidden = server as unknown as HiddenServer
  if (options.forgetsMessages === true) {
    const answer = hidden._on_RepublishRequest.bind(server)
    hidden._on_RepublishRequest = (message, channel) => {
      const subscription = hidden.engine.findSubscription(message.request.subscriptionId)
      if (subscription !== null) subscription.getMessageForSequenceNumber = () => null
      answer(message, channel)
    }
  }
  if (options.cannotTransfer === true) hidden.engine.transferSubscription = () => Promise.resolve({ statusCode: StatusCodes.BadServiceUnsupported })

  const addressSpace = server.engine.addressSpace!
  const objects = addressSpace.rootFolder.objects
  for (const uri of namespacesBefore) {
    const namespace = addressSpace.registerNamespace(uri)
    const folder = namespace.addFolder(objects, { browseName: 'Elsewhere' })
    for (const node of options.decoys ?? nodes.filter((name) => name !== '')) {
      const variable = namespace.addVariable({ componentOf: folder, nodeId: `s=${node}`, browseName: node, dataType: DataType.Double, minimumSamplingInterval: 0 })
      variable.setValueFromSource({ dataType: DataType.Double, value: -1 }, StatusCodes.Good, new Date())
    }
  }
  const namespace = addressSpace.registerNamespace(TEST_NAMESPACE_URI)
  const field = namespace.addFolder(objects, { browseName: 'Field' })
  const variables: (UAVariable | undefined)[] = []
  const addNode = (index: number, name: string): void => {
    const variable = namespace.addVariable({ componentOf: field, nodeId: `s=${name}`, browseName: name, dataType: DataType.Double, minimumSamplingInterval: 0 })
    variable.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadWaitingForInitialData, new Date())
    if (history !== undefined) giveHistory(server, variable, (from, to) => history(index, from, to))
    variables[index] = variable
  }
  nodes.forEach((node, index) => {
    if (node !== '') addNode(index, node)
  })
  options.build?.(namespace, objects as unknown as UAObject)
  await server.start()

  return {
    url: `opc.tcp://127.0.0.1:${port}/test`, server, addLate: addNode,
    publish: (node, at, value) => void variables[node]?.setValueFromSource({ dataType: DataType.Double, value }, StatusCodes.Good, new Date(at)),
    sessions: () => hidden.engine.currentSessionCount,
    unacknowledged: () => Object.values(hidden.engine._sessions).flatMap(({ publishEngine }) => publishEngine.subscriptions).reduce((count, { subscriptionDiagnostics }) => count + subscriptionDiagnostics.unacknowledgedMessageCount, 0),
    forgetSessions() {
      for (const { authenticationToken } of Object.values(hidden.engine._sessions)) hidden.engine.closeSession(authenticationToken, false, 'Timeout')
    },
    stop: async () => await server.shutdown(0),
  }
}

function giveHistory(server: OPCUAServer, variable: UAVariable, read: (from: number, to: number) => { readonly at: ArrayLike<number>; readonly values: ArrayLike<number> }): void {
  server.engine.addressSpace!.installHistoricalDataNode(variable, {
    historian: {
      push: async () => {},
      extractDataValues({ startTime, endTime }: ReadRawModifiedDetails, limit: number, fromTheEnd: boolean, isTurned: boolean, callback) {
        const { at, values } = read(startTime?.getTime() ?? 0, endTime?.getTime() ?? Infinity)
        const rows = Array.from({ length: at.length }, (_, row) => new DataValue({ value: { dataType: DataType.Double, value: values[row] }, statusCode: StatusCodes.Good, sourceTimestamp: new Date(at[row]) }))
        if (fromTheEnd || isTurned) rows.reverse()
        callback(null, limit > 0 ? rows.slice(0, limit) : rows)
      },
    },
  })
}
