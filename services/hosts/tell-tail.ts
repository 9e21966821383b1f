import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { Acknowledged, openForwardedEntries } from '#services/store/influx/index.ts'
import type { JournalEntry } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { KEYS } from './keys.ts'
import { fieldsOf } from './tail-entry.ts'

const LOOK_EVERY_MS = 250
const AFTER_FAILURE_MS = 2_000
const ENTRIES_AT_ONCE = 100
/** About an hour of a district, minutes of a city: who was away for longer makes the last day anew. */
const ENTRIES_KEPT = 50_000

/**
 * Adds an entry under the next number of all hosts, unless the names of the host are gone (an emptied Redis): then -1. Numbers begin at the
 * milliseconds of the first, which grow faster than entries come: after a loss of Redis they never run backwards.
 */
const ADD = `
if redis.call('HLEN', KEYS[3]) < tonumber(ARGV[1]) then return -1 end
if redis.call('EXISTS', KEYS[1]) == 0 then
  local now = redis.call('TIME')
  redis.call('SET', KEYS[1], string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
end
local seq = redis.call('INCR', KEYS[1])
local fields = {}
for place = 3, #ARGV do fields[place - 2] = ARGV[place] end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], string.format('%.0f', seq) .. '-0', unpack(fields))
return seq`

/**
 * Tells the other hosts what this one has stored, once InfluxDB has it: whoever is told can read it there. What was told is written down
 * after it was told, so a crash tells some entries twice, which marks the same work twice and does it once.
 */
export function tellTail(options: { redis: Redis; hostId: string; storeFolder: string; stateFolder: string; log: Logger }): { stop(): Promise<void> } {
  const { redis, hostId, storeFolder, stateFolder, log } = options
  const stateFile = join(stateFolder, 'told.json')
  const keys = [KEYS.tailSeq, KEYS.tail, KEYS.pointsOf(hostId)]
  const stopping = new AbortController()
  let told = readTold(stateFile)

  const tellNames = async (names: readonly string[]) => {
    for (let first = 0; first < names.length; first += 5_000) {
      await redis.hset(KEYS.pointsOf(hostId), Object.fromEntries(names.slice(first, first + 5_000).map((name, index) => [String(first + index + 1), name])))
    }
  }
  const add = async (entry: JournalEntry, names: () => readonly string[]): Promise<void> => {
    const highest = entry.batch.pointIds.reduce((most, id) => Math.max(most, id), 0)
    for (;;) {
      const seq = await redis.eval(ADD, keys.length, ...keys, highest, ENTRIES_KEPT, 'host', hostId, ...fieldsOf(entry))
      if (seq !== -1) return
      await tellNames(names())
    }
  }

  const telling = (async () => {
    let store: ReturnType<typeof openForwardedEntries>
    while (!stopping.signal.aborted) {
      try {
        store ??= openForwardedEntries(storeFolder)
        const next = store?.after(told, ENTRIES_AT_ONCE)
        for (const entry of next?.entries ?? []) await add(entry, () => store!.names())
        if (next !== undefined) {
          told = next.told
          if (next.entries.length > 0) writeTold(stateFile, told)
          if (next.entries.length === ENTRIES_AT_ONCE) continue
        }
        await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      } catch (error) {
        log.warn({ cause: error instanceof Error ? error.message : String(error) }, 'what was stored could not be told to the other hosts: tried again')
        await pause(AFTER_FAILURE_MS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
    store?.close()
  })()
  return {
    async stop() {
      stopping.abort()
      await telling
    },
  }
}

function readTold(file: string): Acknowledged {
  if (!existsSync(file)) return new Acknowledged()
  const { upTo, spans } = JSON.parse(readFileSync(file, 'utf8')) as { upTo: number; spans: { from: number; to: number }[] }
  return new Acknowledged(upTo, spans)
}

function writeTold(file: string, { upTo, spans }: Acknowledged): void {
  writeFileSync(`${file}.next`, JSON.stringify({ upTo, spans }))
  renameSync(`${file}.next`, file)
}
