import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { MeasurementPoint, Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { certificateFolderOf, startOpcUaServer, type FieldOpcUaServer } from '#services/simulator/opcua/server.ts'
import type { Channel } from '../port.ts'

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const channelOf = (suffix: string): Channel => {
  const point: MeasurementPoint = {
    id: `elec.tr.P05.T1.${suffix}`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 1,
    on: 'P05.T1', feed: { device: 'net-P05.T1', channel: suffix },
  }
  return { point, device: { id: 'net-P05.T1', source: 'network', profile: 'network-sensor', address: 'P05.T1' }, profileChannel: { unit: 'kW', suffix } }
}

/** A source with two points, and a server at its address that remembers over restarts what it was told. */
export async function prepareField(folder: string, givesHistory = true) {
  const port = await freePort()
  const pkiFolder = join(folder, 'server')
  const channels = [channelOf('p'), channelOf('q')]
  const source: Source = {
    id: 'network', protocol: 'opcua', url: `opc.tcp://127.0.0.1:${port}/penfeld`, periodS: 1, staleAfterS: 4,
    options: { trustedCertificateFolder: certificateFolderOf(pkiFolder) },
  }
  const told = channels.map((): { at: number; value: number; quality: number }[] => [])

  async function startServer(): Promise<FieldOpcUaServer> {
    const server = await startOpcUaServer({
      port, pkiFolder, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 }, log: silentLogger,
      points: channels.map(({ point }) => ({ pointId: point.id, nodePath: `P05.T1.${point.feed!.channel}`, unit: point.unit })),
      history(pointId, from, to) {
        if (!givesHistory) throw new Error('nothing is kept')
        const rows = told[channels.findIndex(({ point }) => point.id === pointId)].filter(({ at }) => from <= at && at < to)
        return { at: rows.map(({ at }) => at), values: rows.map(({ value }) => value), quality: rows.map(({ quality }) => quality) }
      },
    })
    return {
      ...server,
      publish(index, at, value, quality) {
        told[index].push({ at, value, quality })
        server.publish(index, at, value, quality)
      },
    }
  }
  return { source, channels, startServer, stateFolder: join(folder, 'state'), told }
}
