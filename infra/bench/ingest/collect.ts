/** The role `collect` as a process of its own, on the district of the ingest bench. */
import { readFileSync } from 'node:fs'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { startCollect } from '#services/ingest/role.ts'
import { createLogger } from '#services/telemetry/logger.ts'

const environment = readEnvironment()
const district = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const running = await startCollect({
  environment, district: { district, version: 'bench', folder: '' }, clock: createClock(undefined, 0), log: createLogger('collect'), say: () => {},
})
process.send!({ ready: true })
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)))
