import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { openAnnouncement, type Announcement } from './announcement.ts'
import { KEYS } from './keys.ts'

const LOOK_EVERY_MS = 2_000

/** The district as this host last took it. */
export interface ReceivedDistrict {
  readonly announcement: Announcement
  /** Where the document lies, in the form that every command reads. */
  readonly folder: string
}

const folderOf = (dataFolder: string) => join(dataFolder, 'district')
const signedFile = (dataFolder: string) => join(dataFolder, 'district-signed.json')

/** Takes the announced district and keeps it as a folder. Throws retryably while nothing is announced. */
export async function receiveDistrict(redis: Redis, key: KeyObject, dataFolder: string): Promise<ReceivedDistrict> {
  const signed = await redis.get(KEYS.district)
  if (signed === null) throw new PenfeldError('PF_HOST_NO_DISTRICT', 'Redis answers, and holds no district.', { where: 'REDIS_URL' })
  return keep(signed, key, dataFolder)
}

/** What this host took before, for a start while Redis is away; undefined at the first start, or if the key is another now. */
export function keptDistrict(key: KeyObject, dataFolder: string): ReceivedDistrict | undefined {
  const signed = textOf(signedFile(dataFolder))
  if (signed === undefined) return undefined
  try {
    return { announcement: openAnnouncement(signed, key), folder: folderOf(dataFolder) }
  } catch {
    return undefined
  }
}

function keep(signed: string, key: KeyObject, dataFolder: string): ReceivedDistrict {
  const announcement = openAnnouncement(signed, key)
  const before = keptDistrict(key, dataFolder)
  if (before !== undefined && announcement.serial < before.announcement.serial) {
    throw new PenfeldError('PF_HOST_DISTRICT_UNSIGNED', 'An older announcement than the one this host has taken already was put back.', { where: 'the announced district' })
  }
  const folder = folderOf(dataFolder)
  mkdirSync(folder, { recursive: true })
  replace(join(folder, 'district.json'), JSON.stringify(announcement.document))
  replace(signedFile(dataFolder), signed)
  return { announcement, folder }
}

const textOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)

function replace(file: string, text: string): void {
  if (textOf(file) === text) return
  writeFileSync(`${file}.next`, text)
  renameSync(`${file}.next`, file)
}

/** Looks for newer announcements; what changes in the folder is taken over by the watch of the district. */
export function followDistrict(redis: Redis, key: KeyObject, dataFolder: string, log: Logger): () => void {
  let seen: string | null = null
  const timer = setInterval(() => {
    redis.get(KEYS.district).then((signed) => {
      if (signed === null || signed === seen) return
      seen = signed
      keep(signed, key, dataFolder)
    }).catch((error: unknown) => log.warn({ cause: error instanceof Error ? error.message : String(error) }, 'the announced district is not taken'))
  }, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
