import { pino } from 'pino'
import { logLine } from './secrets.ts'

/** Structured logs to standard error, one JSON object a line; never a measured value, never a secret. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Logger
}

export function createLogger(role: string, level: string = process.env['PENFELD_LOG'] ?? 'warn'): Logger {
  const destination = pino.destination({ fd: 2, sync: true })
  // A line that finds no room on the disk must not end the process that wanted to tell of it.
  destination.on('error', () => {})
  return pino({ level, base: { role }, redact: ['password', 'token', 'secret', 'authorization', 'cookie'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), hooks: { streamWrite: logLine } }, destination) as unknown as Logger
}

/** For tests and tools that want silence. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLogger }
