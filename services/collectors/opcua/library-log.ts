import { setErrorLogger, setWarningLogger } from 'node-opcua'
import type { Logger } from '#services/telemetry/logger.ts'

/** node-opcua writes to the console by itself; its words belong into the log of the process. */
export function speakThrough(log: Pick<Logger, 'debug'>): void {
  setWarningLogger((...words: unknown[]) => log.debug({ library: 'node-opcua' }, words.map(String).join(' ')))
  setErrorLogger((...words: unknown[]) => log.debug({ library: 'node-opcua' }, words.map(String).join(' ')))
}
