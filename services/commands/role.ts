import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { ROLES, isRoleName } from '#services/supervisor/roles.ts'
import { createLogger } from '#services/telemetry/logger.ts'
import { metricsOfThisProcess, startMetrics } from '#services/telemetry/metrics.ts'

/** EX_TEMPFAIL: the supervisor starts it again. */
const RETRYABLE_EXIT = 75
const STOP_PATIENCE_MS = 10_000
const START_PATIENCE_MS = 3_000

/**
 * Runs one role until the supervisor says stop, a signal comes, or the supervisor is gone (the channel closes): a killed
 * supervisor leaves no orphan behind.
 */
export async function role(args: string[]): Promise<number> {
  const [name = ''] = args
  if (!isRoleName(name)) throw new PenfeldError('PF_CONFIG_INVALID', `There is no role "${name}".`, { where: 'role' })
  const environment = readEnvironment()
  const tell = (message: object) => void (process.connected && process.send?.(message))
  const context = {
    environment,
    district: await loadDistrict(environment.districtFolder, environment.variables),
    clock: createClock(environment.clockSetting, environment.clockStartedRealMs),
    log: createLogger(name),
    say: (message: string) => tell({ say: message }),
  }
  // Ctrl-C reaches the whole group; only the supervisor decides the order of stopping.
  process.on('SIGINT', () => {})
  const stopAsked = new Promise<void>((resolve) => {
    let asked = false
    process.on('SIGTERM', () => {
      // A second one means now: what was acknowledged is safe on the disk.
      if (asked) process.exit(1)
      asked = true
      resolve()
    })
    process.once('disconnect', resolve)
    // Gone before this line was reached: an orphan would keep the files from the next one.
    if (process.send !== undefined && !process.connected) resolve()
    process.on('message', (message) => { if (message === 'stop') resolve() })
  })
  startMetrics(name)
  process.on('message', (message) => { if (message === 'metrics') void metricsOfThisProcess().then((metrics) => tell({ metrics })) })
  // What it waits for at its start (a server that is away) may never come: asked to stop, it ends all the same.
  let isStarting = true
  void stopAsked.then(() => setTimeout(() => { if (isStarting) process.exit(1) }, START_PATIENCE_MS).unref())
  const running = await (await ROLES[name]())(context)
  isStarting = false
  tell({ ready: true })
  const failure = await Promise.race([stopAsked.then(() => undefined), running.failed?.then((cause) => ({ cause })) ?? new Promise<never>(() => {})])
  if (failure !== undefined) context.log.error({ error: failure.cause instanceof Error ? failure.cause.stack : String(failure.cause) }, 'the role cannot go on: it starts anew')
  const impatience = setTimeout(() => process.exit(failure === undefined ? 1 : RETRYABLE_EXIT), STOP_PATIENCE_MS)
  // What failed may not even stop cleanly.
  await running.stop().catch((error: unknown) => {
    if (failure === undefined) throw error
  })
  clearTimeout(impatience)
  if (process.connected) process.disconnect()
  return failure === undefined ? 0 : RETRYABLE_EXIT
}
