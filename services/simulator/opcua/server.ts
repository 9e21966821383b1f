import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DataType, DataValue, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes,
  type ReadRawModifiedDetails, type StatusCode, type UAVariable,
} from 'node-opcua'
import { QUALITY } from '#models/units/quality.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'

export const FIELD_NAMESPACE_URI = 'urn:penfeld:field'
const LOOPBACK = '127.0.0.1'

export interface OpcUaPoint {
  readonly pointId: string
  /** e.g. `P05.T1.p`: the identifier of the node in the namespace of the field. */
  readonly nodePath: string
  readonly unit: string
}

export interface HistoryColumns {
  readonly at: ArrayLike<number>
  readonly values: ArrayLike<number>
  readonly quality: ArrayLike<number>
}

export interface OpcUaServerOptions {
  readonly port: number
  readonly points: readonly OpcUaPoint[]
  /** Values with from <= at < to, oldest first. */
  history(pointId: string, from: number, to: number): HistoryColumns
  /** Made if it is not there. The certificate that clients must trust is in `own/certs` below it. */
  readonly pkiFolder: string
  readonly clock: Clock
  readonly log: Logger
}

export interface FieldOpcUaServer {
  readonly url: string
  publish(pointIndex: number, at: number, value: number, quality: number): void
  stop(): Promise<void>
}

/** The folder clients of this server take its certificate from. */
export const certificateFolderOf = (pkiFolder: string): string => join(pkiFolder, 'own', 'certs')

/**
 * The control system of the demonstration: one Double a point, encrypted and signed only, with source timestamps and
 * with history. It accepts any client's certificate, because it stands in for a server of which nobody here decides.
 */
export async function startOpcUaServer({ port, points, history, pkiFolder, clock, log }: OpcUaServerOptions): Promise<FieldOpcUaServer> {
  const server = await makeServer(port, pkiFolder, points.length)
  const variables = addVariables(server, points, clock)
  installHistory(server, variables, { points, history, clock })
  await server.start()
  log.info({ port, points: points.length }, 'OPC-UA server of the field is up')

  return {
    url: `opc.tcp://${LOOPBACK}:${port}/penfeld`,
    publish(pointIndex, at, value, quality) {
      variables[pointIndex].setValueFromSource({ dataType: DataType.Double, value }, statusOf(quality), new Date(at))
    },
    // No grace period: whoever stops a server of the field wants to see what clients make of it.
    stop: async () => await server.shutdown(0),
  }
}

async function makeServer(port: number, pkiFolder: string, pointCount: number): Promise<OPCUAServer> {
  const usersFolder = join(pkiFolder, 'users')
  await mkdir(usersFolder, { recursive: true })
  const certificates = new OPCUACertificateManager({ rootFolder: pkiFolder, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true })
  const userCertificates = new OPCUACertificateManager({ rootFolder: usersFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  await userCertificates.initialize()
  const server = new OPCUAServer({
    port, host: LOOPBACK, hostname: LOOPBACK, resourcePath: '/penfeld',
    serverInfo: { applicationUri: 'urn:penfeld:simulator', productUri: 'urn:penfeld:simulator', applicationName: { text: 'Penfeld field' } },
    serverCertificateManager: certificates,
    userCertificateManager: userCertificates,
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    // A client without our certificate may ask, unencrypted, for the list of endpoints and for nothing else.
    disableDiscovery: false,
    allowAnonymous: true,
    serverCapabilities: {
      // Several steps pass at once on a fast clock: none of them may be folded into the next.
      minSupportedSampleRate: 0,
      maxMonitoredItems: 4 * pointCount + 1_000, maxMonitoredItemsPerSubscription: pointCount + 1_000,
      operationLimits: { maxMonitoredItemsPerCall: 1_000, maxNodesPerHistoryReadData: 100 },
    },
  })
  await server.initialize()
  return server
}

function addVariables(server: OPCUAServer, points: readonly OpcUaPoint[], clock: Clock): UAVariable[] {
  const addressSpace = server.engine.addressSpace!
  const namespace = addressSpace.registerNamespace(FIELD_NAMESPACE_URI)
  const field = namespace.addFolder(addressSpace.rootFolder.objects, { browseName: 'Field' })
  const startedAt = new Date(clock.now())
  return points.map(({ nodePath, unit }) => {
    const variable = namespace.addVariable({
      componentOf: field, nodeId: `s=${nodePath}`, browseName: nodePath, description: unit, dataType: DataType.Double, minimumSamplingInterval: 0,
    })
    variable.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadWaitingForInitialData, startedAt)
    return variable
  })
}

function installHistory(server: OPCUAServer, variables: readonly UAVariable[], { points, history, clock }: Pick<OpcUaServerOptions, 'points' | 'history' | 'clock'>): void {
  const addressSpace = server.engine.addressSpace!
  variables.forEach((variable, index) => {
    addressSpace.installHistoricalDataNode(variable, {
      historian: {
        // What is published is history already: it comes from the same field.
        push: async () => {},
        // A limit only comes where one end of the interval is open; node-opcua cuts all other answers by continuation points.
        extractDataValues(details: ReadRawModifiedDetails, limit: number, fromTheEnd: boolean, isTurned: boolean, callback) {
          // Both ends of an OPC-UA interval are included.
          const values = toDataValues(history(points[index].pointId, timeOr(details.startTime, 0), timeOr(details.endTime, clock.now()) + 1))
          if (fromTheEnd || isTurned) values.reverse()
          callback(null, limit > 0 ? values.slice(0, limit) : values)
        },
      },
    })
  })
}

/** OPC-UA writes "not given" as the first day of 1601. */
function timeOr(time: Date | null | undefined, otherwise: number): number {
  return time === null || time === undefined || time.getTime() <= 0 ? otherwise : time.getTime()
}

function toDataValues({ at, values, quality }: HistoryColumns): DataValue[] {
  return Array.from({ length: at.length }, (_, row) => new DataValue({
    value: { dataType: DataType.Double, value: values[row] }, statusCode: statusOf(quality[row]), sourceTimestamp: new Date(at[row]),
  }))
}

function statusOf(quality: number): StatusCode {
  if (quality === QUALITY.measured) return StatusCodes.Good
  return quality === QUALITY.uncertain ? StatusCodes.Uncertain : StatusCodes.Bad
}
