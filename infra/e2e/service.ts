/** The whole service as a user would start it, on ports and in a folder of its own: for end-to-end and fault tests. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RoleName } from '#services/supervisor/roles.ts'

const root = resolve(import.meta.dirname, '../..')
const START_PATIENCE_MS = 120_000

export interface RunningService {
  readonly url: string
  readonly fieldControlUrl: string
  readonly metricsUrl: string
  /** What it was started with, for commands beside it. */
  readonly variables: NodeJS.ProcessEnv
  readonly dataFolder: string
  /** Everything the terminal has shown. */
  output(): string
  pid(role: RoleName): number | undefined
  stop(): Promise<{ exitCode: number | null }>
}

export interface ServiceSettings {
  readonly clock?: string
  readonly historyDays?: number
  readonly districtFolder?: string
  /** More of the environment. */
  readonly variables?: Readonly<Record<string, string>>
  /** Keep the folder after stopping, or go on in an existing one. */
  readonly dataFolder?: string
}

/** Starts and waits until the terminal says where to look. */
export async function startService(settings: ServiceSettings = {}): Promise<RunningService> {
  const dataFolder = settings.dataFolder ?? mkdtempSync(join(tmpdir(), 'penfeld-e2e-'))
  const [http, identity, opcua, modbus, mqtt, fieldControl, metrics] = await freePorts(7)
  const variables: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: '',
    NODE_COMPILE_CACHE: join(tmpdir(), 'penfeld-e2e-cache'),
    PENFELD_DATA: dataFolder,
    PENFELD_CLOCK: settings.clock ?? '',
    PENFELD_HISTORY_DAYS: String(settings.historyDays ?? 9),
    ...(settings.districtFolder === undefined ? {} : { PENFELD_DISTRICT: settings.districtFolder }),
    PENFELD_PORT: String(http),
    PENFELD_IDENTITY_PORT: String(identity),
    PENFELD_OPCUA_PORT: String(opcua),
    PENFELD_MODBUS_PORT: String(modbus),
    PENFELD_MQTT_PORT: String(mqtt),
    PENFELD_FIELD_CONTROL_PORT: String(fieldControl),
    PENFELD_METRICS_PORT: String(metrics),
    ...settings.variables,
  }
  const child = spawn(process.execPath, [join(root, 'services/main.ts'), 'run', '--demo'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: variables })
  let output = ''
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ready = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('Ctrl-C stops it.')) ready.resolve()
    })
  }
  const logs = () => readdirSync(join(dataFolder, 'log')).map((name) => `--- ${name}\n${readFileSync(join(dataFolder, 'log', name), 'utf8').slice(-2_000)}`).join('\n')
  const impatience = setTimeout(() => ready.reject(new Error(`The service was not ready in ${START_PATIENCE_MS / 1000} s:\n${output}\n${logs()}`)), START_PATIENCE_MS)
  void exited.then((code) => ready.reject(new Error(`The service ended with code ${code}:\n${output}\n${logs()}`)))
  try {
    await ready.promise
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(impatience)
  }
  return {
    url: `http://127.0.0.1:${http}`,
    fieldControlUrl: `http://127.0.0.1:${fieldControl}`,
    variables,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    dataFolder,
    output: () => output,
    pid: (role) => childrenOf(child.pid!).find(({ command }) => command.endsWith(`role ${role}`))?.pid,
    async stop() {
      child.kill('SIGTERM')
      const exitCode = await exited
      if (settings.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true })
      return { exitCode }
    },
  }
}

/** Direct children of a process, from /proc: no program is needed for it. */
export function childrenOf(parent: number): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return ppid === parent ? [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim() }] : []
      } catch {
        return [] // ended between the listing and the reading
      }
    })
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
    })),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
