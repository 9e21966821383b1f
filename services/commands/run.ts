import { join, resolve } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { clockAnchor } from '#services/supervisor/clock-anchor.ts'
import { watchDistrict } from '#services/supervisor/district-watch.ts'
import { DEMO_ROLES, SITE_ROLES } from '#services/supervisor/roles.ts'
import { startSupervisor } from '#services/supervisor/supervisor.ts'
import { welcome } from '#services/supervisor/welcome.ts'

const STOP_PATIENCE_MS = 20_000

/** `penfeld run`: the whole service on this machine, until Ctrl-C. */
export async function run(args: string[], write: (line: string) => void): Promise<number> {
  const demo = args.includes('--demo')
  const unknown = args.find((argument) => argument !== '--demo')
  if (unknown !== undefined) throw new PenfeldError('PF_CONFIG_INVALID', `penfeld run does not know "${unknown}".`, { where: 'run' })
  if (!demo && process.env['PENFELD_DISTRICT'] === undefined) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'PENFELD_DISTRICT must name the folder of your district document (or use --demo).', { where: 'PENFELD_DISTRICT' })
  }

  const variables: NodeJS.ProcessEnv = { ...process.env, ...(demo ? { PENFELD_DEMO: '1' } : {}) }
  let environment = readEnvironment(variables)
  variables['PENFELD_DATA'] = environment.dataFolder
  // Compiled code is kept between starts: a later start answers within seconds.
  variables['NODE_COMPILE_CACHE'] ??= join(environment.dataFolder, 'cache')
  variables['PENFELD_CLOCK_STARTED'] = String(clockAnchor(environment.dataFolder, environment.clockSetting, Date.now()))
  environment = readEnvironment(variables)
  const district = await loadDistrict(environment.districtFolder, variables)
  write(`District "${district.district.name.fr}" is read and without fault (version ${district.version}).`)

  const ended = Promise.withResolvers<number>()
  const supervisor = startSupervisor({
    roles: demo ? DEMO_ROLES : SITE_ROLES,
    mainFile: resolve(import.meta.dirname, '../main.ts'),
    variables,
    logFolder: join(environment.dataFolder, 'log'),
    say: (message) => write(`  ${message}`),
    onFinalExit: (role, code) => {
      write(`${role} cannot run as things are (code ${code}); why is said in ${join(environment.dataFolder, 'log', `${role}.log`)}. Penfeld stops.`)
      ended.resolve(code)
    },
  })
  const stopWatching = watchDistrict({ environment, variables, first: district, supervisor, say: (message) => write(`  ${message}`) })
  let asked = false
  const stopOrExit = () => {
    // A second signal while stopping means now; what was acknowledged is safe in the journal.
    if (asked) process.exit(1)
    asked = true
    ended.resolve(0)
  }
  process.on('SIGINT', stopOrExit)
  process.on('SIGTERM', stopOrExit)

  write('Starting: collectors, work, pages ...')
  void supervisor.ready('api').then(async () => {
    for (const line of await welcome(environment, district)) write(line)
  })
  const exitCode = await ended.promise
  const impatience = setTimeout(() => process.exit(1), STOP_PATIENCE_MS)
  write('Stopping ...')
  stopWatching()
  await supervisor.stop()
  clearTimeout(impatience)
  write('Stopped. Nothing acknowledged is lost; start again to go on.')
  return exitCode
}
