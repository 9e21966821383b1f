import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { readEnvironment, type Environment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { checkServedSources, joinAsBeside } from '#services/hosts/beside.ts'
import { announceFrom } from '#services/hosts/control.ts'
import { requireHostSettings } from '#services/hosts/requirements.ts'
import { clockAnchor } from '#services/supervisor/clock-anchor.ts'
import { watchDistrict } from '#services/supervisor/district-watch.ts'
import { DEMO_ROLES, isRoleName, ROLES, SITE_ROLES, type RoleName } from '#services/supervisor/roles.ts'
import { startSupervisor } from '#services/supervisor/supervisor.ts'
import { welcome } from '#services/supervisor/welcome.ts'
import { createLogger } from '#services/telemetry/logger.ts'
import { listenForMetrics } from '#services/telemetry/metrics-listener.ts'
import { oneLine } from '#services/telemetry/secrets.ts'
import { WrongArguments } from './wrong-arguments.ts'

const STOP_PATIENCE_MS = 20_000

/** `penfeld run`: the roles of this machine, until Ctrl-C. Without --roles all of them: the whole service. */
export async function run(args: string[], write: (line: string) => void): Promise<number> {
  const { demo, asked } = parseArguments(args)
  const roles = asked ?? (demo ? DEMO_ROLES : SITE_ROLES)
  // One host answers the pages and decides; every other one works for it.
  const isControl = roles.includes('api')
  if (!isControl) requireHostSettings(process.env, roles)
  else if (!demo && process.env['PENFELD_DISTRICT'] === undefined) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'PENFELD_DISTRICT must name the folder of your district document (or use --demo).', { where: 'PENFELD_DISTRICT' })
  }

  const variables: NodeJS.ProcessEnv = { ...process.env, ...(demo ? { PENFELD_DEMO: '1' } : {}) }
  let environment = readEnvironment(variables)
  const log = createLogger('run')
  const say = (message: string) => write(`  ${oneLine(message)}`)
  variables['PENFELD_DATA'] = environment.dataFolder
  // Compiled code is kept between starts: a later start answers within seconds.
  variables['NODE_COMPILE_CACHE'] ??= join(environment.dataFolder, 'cache')
  const beside = isControl ? undefined : await joinAsBeside(environment, log, say)
  Object.assign(variables, beside?.variables ?? { PENFELD_CLOCK_STARTED: String(clockAnchor(environment.dataFolder, environment.clockSetting, Date.now())) })
  environment = readEnvironment(variables)
  const district = await districtOf(environment, variables).catch((error: unknown) => {
    // What still listens would keep the process from ending.
    beside?.stop()
    throw error
  })
  write(`District "${district.district.name.fr}" is read and without fault (version ${district.version}${beside === undefined ? '' : ', signed by the control host'}).`)
  const announcing = isControl && environment.redisUrl !== undefined ? announceFrom(environment, district, log) : undefined

  const ended = Promise.withResolvers<number>()
  const supervisor = startSupervisor({
    roles,
    mainFile: resolve(import.meta.dirname, '../main.ts'),
    variables,
    logFolder: join(environment.dataFolder, 'log'),
    say,
    onFinalExit: (role, code) => {
      write(`${role} cannot run as things are (code ${code}); why is said in ${join(environment.dataFolder, 'log', `${role}.log`)}. Penfeld stops.`)
      ended.resolve(code)
    },
  })
  const stopWatching = watchDistrict({ environment, variables, first: district, supervisor, roles, say, taken: (next) => announcing?.announce(next) })
  const stopListening = listenForMetrics({ port: environment.portMetrics, dataFolder: environment.dataFolder, roles, supervisor, say })
  let isStopping = false
  const stopOrExit = () => {
    // A second signal while stopping means now; what was acknowledged is safe in the journal.
    if (isStopping) process.exit(1)
    isStopping = true
    ended.resolve(0)
  }
  process.on('SIGINT', stopOrExit)
  process.on('SIGTERM', stopOrExit)

  write(isControl ? 'Starting: collectors, work, pages ...' : `Starting: ${roles.join(', ')} ...`)
  void Promise.all(roles.map((role) => supervisor.ready(role))).then(async () => {
    if (!isControl) write(`${environment.hostId} works for the control host. Ctrl-C stops it.`)
  })
  if (isControl) {
    // Who is told where to look may sign in at once.
    const asked = roles.filter((role) => role === 'api' || role === 'identity')
    void Promise.all(asked.map((role) => supervisor.ready(role))).then(async () => {
      for (const line of await welcome(environment, district)) write(line)
    })
  }
  const exitCode = await ended.promise
  const impatience = setTimeout(() => process.exit(1), STOP_PATIENCE_MS)
  write('Stopping ...')
  stopWatching()
  stopListening()
  beside?.stop()
  await announcing?.stop()
  await supervisor.stop()
  clearTimeout(impatience)
  write('Stopped. Nothing acknowledged is lost; start again to go on.')
  return exitCode
}

async function districtOf({ districtFolder }: Environment, variables: NodeJS.ProcessEnv): Promise<LoadedDistrict> {
  const district = await loadDistrict(districtFolder, variables)
  checkServedSources(district, variables)
  return district
}

function parseArguments(args: string[]): { demo: boolean; asked: readonly RoleName[] | undefined } {
  const { demo = false, roles } = parseArgs({ args, options: { demo: { type: 'boolean' }, roles: { type: 'string' } } }).values
  if (roles === undefined) return { demo, asked: undefined }
  const names = roles.split(',').filter((name) => name !== '')
  const unknown = names.find((name) => !isRoleName(name))
  if (names.length === 0 || unknown !== undefined) throw new WrongArguments(`--roles needs names from ${Object.keys(ROLES).join(', ')}${unknown === undefined ? '' : `, not "${unknown}"`}.`)
  return { demo, asked: names.filter(isRoleName) }
}
