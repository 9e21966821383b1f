import { parseArgs } from 'node:util'
import { readEnvironment } from '#services/config/environment.ts'
import { openControlKey } from '#services/hosts/control-key.ts'

/** `penfeld control-key`: what the other hosts are told as PENFELD_CONTROL_KEY. It is public; the key that signs stays here. */
export async function controlKey(args: string[], write: (line: string) => void): Promise<number> {
  parseArgs({ args, options: {} })
  write(openControlKey(readEnvironment().dataFolder).publicText)
  return 0
}
