/** A process that opens every database of a data folder as its writer and so brings it forward: `node open-forward.ts FOLDER [chain]`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { CHAIN, CHAIN_FILE } from './migration-chain.ts'

const [folder, what] = process.argv.slice(2)
if (what === 'chain') openAsWriter(join(folder, CHAIN_FILE), CHAIN, { durable: true }).close()
else {
  const { FILE_SHAPES } = await import('#services/doctor/file-shapes.ts')
  for (const [file, shape] of Object.entries(FILE_SHAPES)) if (existsSync(join(folder, file))) openAsWriter(join(folder, file), shape).close()
}
