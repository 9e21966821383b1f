import type { Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { InfluxReader } from '#services/store/influx/reader.ts'
import type { JournalEntry, TimeSeriesReader } from '#services/store/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { KEYS } from './keys.ts'
import { closeRedis, openRedis } from './redis.ts'
import { entryOfStream, type HostEntry } from './tail-entry.ts'

/**
 * What all hosts have measured: values from InfluxDB, the tail from the stream they write in Redis. Former values of revised ones lie on
 * the host that collected them: `revisions` is empty here, and `asOf` leaves out what was revised later.
 */
export function openSharedReader(server: InfluxReader, redisUrl: string): TimeSeriesReader {
  let redis: Redis | undefined
  const connection = () => (redis ??= openRedis(redisUrl, silentLogger))
  const idsByHost = new Map<string, Int32Array>()

  const asked = async <T>(ask: (redis: Redis) => Promise<T>): Promise<T> => {
    try {
      return await ask(connection())
    } catch (cause) {
      throw new PenfeldError('PF_STORE_UNAVAILABLE', `Redis does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: 'REDIS_URL', cause })
    }
  }
  /** Ids of this reader for the ids of a host. */
  const idsOf = async (hostId: string): Promise<Int32Array> => {
    const told = await asked((one) => one.hgetall(KEYS.pointsOf(hostId)))
    const names: string[] = []
    for (const [id, name] of Object.entries(told)) names[Number(id) - 1] = name
    const known = server.knownPoints(Array.from(names, (name) => name ?? ''))
    const ids = new Int32Array(names.length + 1)
    ids.set(known, 1)
    idsByHost.set(hostId, ids)
    return ids
  }
  const translated = async ({ hostId, ...entry }: HostEntry): Promise<JournalEntry> => {
    let ids = idsByHost.get(hostId) ?? (await idsOf(hostId))
    const highest = entry.batch.pointIds.reduce((most, id) => Math.max(most, id), 0)
    if (highest >= ids.length) ids = await idsOf(hostId)
    return { ...entry, batch: { ...entry.batch, pointIds: entry.batch.pointIds.map((id) => ids[id] ?? 0) } }
  }

  return {
    lookup: (names) => server.lookup(names),
    names: () => server.names(),
    latest: (pointIds) => server.latest(pointIds),
    read: (pointId, from, to, options) => server.read(pointId, from, to, options),
    readMany: (pointIds, from, to, take) => server.readMany(pointIds, from, to, take),
    rollup: (pointId, step, from, to) => server.rollup(pointId, step, from, to),
    sumOfMeans: (pointIds, step, from, to) => server.sumOfMeans(pointIds, step, from, to),
    revisions: async () => [],
    async tail(afterSeq, limit) {
      const rows = await asked((one) => one.xrangeBuffer(KEYS.tail, `${afterSeq + 1}-0`, '+', 'COUNT', limit))
      const entries: JournalEntry[] = []
      for (const [id, fields] of rows) entries.push(await translated(entryOfStream(id, fields)))
      return entries
    },
    headSeq: async () => Number((await asked((one) => one.get(KEYS.tailSeq))) ?? 0),
    async close() {
      if (redis !== undefined) closeRedis(redis)
      await server.close()
    },
  }
}
