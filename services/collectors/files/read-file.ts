import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FileFormat, FileSettings, FileTake, MeterRows } from './format.ts'

const HEAD_BYTES = 16 * 1024
const PIECE_BYTES = 64 * 1024
/** What a packed file may unfold to, however small it is: a year of a thousand meters every ten minutes is under 3 GiB. */
export const MOST_BYTES = 4 * 1024 ** 3

/** Files that are looked at, packed or not. */
export const isMeterFile = (name: string): boolean => !name.startsWith('.') && /\.(csv|txt|xml)(\.gz)?$/i.test(name)

export interface ReadFileOptions {
  readonly formats: readonly FileFormat[]
  readonly timeZone: string
  readonly wants: FileTake['wants']
  readonly fault: FileTake['fault']
  /** Takes what was found; the file is read on when it has. */
  readonly take: (rows: MeterRows) => Promise<void>
  readonly progress?: (share: number) => void
  readonly mostBytes?: number
}

/**
 * Reads a file of meter values in the form it is recognised by, piece by piece; its length is not bounded by memory. Throws
 * PF_IMPORT_FORMAT_UNKNOWN, PF_IMPORT_TOO_LARGE, or PF_IMPORT_UNREADABLE for a packed file that is damaged (what came before
 * the damage was handed over); an error of the file system is thrown as it is.
 */
export async function readMeterFile(path: string, options: ReadFileOptions): Promise<FileFormat> {
  const { wants, fault, take, timeZone, progress, mostBytes = MOST_BYTES } = options
  const { size } = await stat(path)
  // One that is called packed and is not will say so when it is unfolded.
  const isPacked = path.endsWith('.gz') || (await startsPacked(path))
  const found: MeterRows[] = []
  const settings: FileSettings = { timeZone, fileName: stemOf(path) }
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const bytes: Readable = isPacked ? file.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : file
  if (isPacked) file.on('error', (error) => bytes.destroy(error))
  let format: FileFormat | undefined
  let parser: ReturnType<FileFormat['open']> | undefined
  let decoder = new TextDecoder('utf-8')
  let head: Uint8Array[] = []
  let headBytes = 0
  let unfolded = 0
  const hand = async () => {
    for (const rows of found.splice(0)) await take(rows)
  }
  const begin = () => {
    const first = Buffer.concat(head)
    head = []
    const label = first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : undefined
    format = options.formats.find((one) => one.recognises(new TextDecoder(label ?? one.encoding ?? 'utf-8').decode(first)))
    if (format === undefined) throw new PenfeldError('PF_IMPORT_FORMAT_UNKNOWN', `It begins with "${new TextDecoder(label).decode(first).split('\n')[0].slice(0, 80).trim()}".`, { where: path })
    decoder = new TextDecoder(label ?? format.encoding ?? 'utf-8')
    parser = format.open({ rows: (rows) => void found.push(rows), fault, wants }, settings)
    parser.write(decoder.decode(first, { stream: true }))
  }
  try {
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      unfolded += piece.length
      if (unfolded > mostBytes) throw new PenfeldError('PF_IMPORT_TOO_LARGE', `It unfolds to more than ${Math.floor(mostBytes / 1024 ** 2)} MiB.`, { where: path })
      if (parser === undefined) {
        head.push(piece)
        headBytes += piece.length
        if (headBytes >= HEAD_BYTES) begin()
      } else parser.write(decoder.decode(piece, { stream: true }))
      if (found.length > 0) await hand()
      progress?.(Math.min(0.99, file.bytesRead / Math.max(1, size)))
    }
    if (parser === undefined) begin()
    parser!.write(decoder.decode())
    parser!.end()
    await hand()
    return format!
  } catch (cause) {
    if (!isZlib(cause)) throw cause
    parser?.end()
    await hand()
    throw new PenfeldError('PF_IMPORT_UNREADABLE', `${(cause as Error).message}.`, { where: path, cause })
  } finally {
    bytes.destroy()
    file.destroy()
  }
}

const isZlib = (error: unknown): boolean => /^(Z_|ERR_.*ZLIB)/.test(String((error as { code?: unknown } | null)?.code))

/** By its first bytes, whatever its name. */
async function startsPacked(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

/** Name without ending and without the mark that the inbox puts before it. */
const stemOf = (path: string): string => basename(path).replace(/(\.(csv|txt|xml))?(\.gz)?$/i, '').replace(/^\d{13}-(?:[0-9a-f]{8}-)?/, '')
