/** Real processes for experiments: started, watched, frozen, killed, started again; none outlives the test that started it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

const READY_PATIENCE_MS = 60_000
const STOP_PATIENCE_MS = 20_000
const KEPT_OUTPUT = 200_000

export interface ChildSettings {
  readonly name: string
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Asked again and again until it says true: from what was printed, or by connecting. Without it: ready when started. */
  ready?(output: string): boolean | Promise<boolean>
}

export interface Child {
  readonly name: string
  /** Undefined while it does not run. */
  readonly pid: number | undefined
  /** What it has printed, the newest 200 kB over all its lives. */
  output(): string
  /** `SIGSTOP` freezes it, `SIGCONT` lets it go on. */
  signal(name: NodeJS.Signals): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; after twenty seconds SIGKILL. Resolves to the exit code; null: it was ended by a signal. */
  stop(): Promise<number | null>
  /** Resolves to the exit code when it ends by itself. */
  readonly exited: Promise<number | null>
  /** Starts it again after it has ended, with the same settings, and waits until it is ready. */
  restart(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

/** Where a program lies: also where Debian keeps the servers, which are not in everybody's PATH. */
export function programPath(name: string, debianPackage = name): string {
  const folder = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].find((place) => existsSync(join(place, name)))
  if (folder === undefined) throw new Error(`${name} is not installed: apt-get install ${debianPackage}`)
  return join(folder, name)
}

/** Starts a process and waits until it is ready; it is killed with its starter, even if that one is killed. */
export async function startChild(settings: ChildSettings): Promise<Child> {
  let child: ChildProcess
  let output = ''
  let exited: Promise<number | null>
  const alive = () => child.exitCode === null && child.signalCode === null

  const start = async () => {
    // The kernel kills it when the thread that started it ends: nothing survives a test that was itself killed.
    child = spawn(programPath('setpriv', 'util-linux'), ['--pdeathsig', 'KILL', '--', settings.command, ...(settings.args ?? [])], {
      cwd: settings.cwd,
      env: { ...process.env, NODE_OPTIONS: '', ...settings.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started = child
    running.add(started)
    for (const stream of [started.stdout!, started.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => { output = (output + text).slice(-KEPT_OUTPUT) })
    exited = new Promise((resolve) => {
      started.once('error', (error) => { output += error.message; resolve(null) })
      started.once('close', (code) => { running.delete(started); resolve(code) })
    })
    const begunMs = performance.now()
    while (settings.ready !== undefined && !(await settings.ready(output))) {
      if (!alive()) throw new Error(`${settings.name} ended before it was ready (${started.signalCode ?? started.exitCode}):\n${output.slice(-4_000)}`)
      if (performance.now() - begunMs > READY_PATIENCE_MS) {
        started.kill('SIGKILL')
        throw new Error(`${settings.name} was not ready in ${READY_PATIENCE_MS / 1000} s:\n${output.slice(-4_000)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  await start()
  return {
    name: settings.name,
    get pid() { return alive() ? child.pid : undefined },
    output: () => output,
    signal: (name) => void (alive() && child.kill(name)),
    async kill() {
      if (alive()) child.kill('SIGKILL')
      await exited
    },
    async stop() {
      if (!alive()) return exited
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS)
      return exited.finally(() => clearTimeout(impatience))
    },
    get exited() { return exited },
    async restart() {
      if (alive()) throw new Error(`${settings.name} runs already`)
      output = ''
      await start()
    },
  }
}

/** A script of ours under the same Node; TypeScript runs as it is. */
export const startNode = (script: string, args: readonly string[] = [], more: Partial<ChildSettings> = {}): Promise<Child> =>
  startChild({ name: script, command: process.execPath, ...more, args: ['--disable-warning=ExperimentalWarning', script, ...args] })

/** Kills all that this process started here; for `afterAll`, whatever went wrong before. */
export async function killChildren(): Promise<void> {
  const gone = [...running].map((child) => new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGKILL')
  }))
  await Promise.all(gone)
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
