import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricsColumns } from '#services/telemetry/metrics.ts'
import { oneLine } from '#services/telemetry/secrets.ts'
import type { RoleName } from './roles.ts'

/** Exit codes after which starting again cannot help: EX_CONFIG, wrong usage. */
const FINAL_EXITS = new Set([2, 78])
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** A child that ran so long is taken as healthy again: its next restart is quick. */
const HEALTHY_AFTER_MS = 60_000
const STOP_PATIENCE_MS = 12_000
const METRICS_PATIENCE_MS = 3_000

export interface SupervisorOptions {
  readonly roles: readonly RoleName[]
  readonly mainFile: string
  readonly variables: NodeJS.ProcessEnv
  readonly logFolder: string
  say(message: string): void
  /** A child ended for a reason that only a person can mend. */
  onFinalExit(role: RoleName, code: number): void
}

interface Child {
  process: ChildProcess
  startedMs: number
  pauseMs: number
  restarts: number
  ready: boolean
  timer?: NodeJS.Timeout
}

export interface Supervisor {
  /** Resolves when the role has said that it is ready (again). */
  ready(role: RoleName): Promise<void>
  pid(role: RoleName): number | undefined
  restarts(role: RoleName): number
  /** What the role counts; undefined if it does not answer. */
  metrics(role: RoleName): Promise<MetricsColumns | undefined>
  /** Stops the role cleanly; it starts again by itself. */
  renew(role: RoleName): Promise<void>
  stop(): Promise<void>
}

/** A disk that takes no log must not end what is to start everything again. */
function openLog(file: string): number | 'ignore' {
  try {
    return openSync(file, 'a')
  } catch {
    return 'ignore'
  }
}

/** Starts each role as a process of its own, restarts what dies, stops all in order. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const children = new Map<RoleName, Child>()
  const readiness = new Map<RoleName, { promise: Promise<void>; resolve: () => void }>()
  let stopping = false
  mkdirSync(options.logFolder, { recursive: true })

  const newReadiness = (role: RoleName) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    readiness.set(role, { promise, resolve })
  }

  const start = (role: RoleName, previous?: Child) => {
    const logFile = openLog(join(options.logFolder, `${role}.log`))
    const child = fork(options.mainFile, ['role', role], {
      // Threads of the libraries each with a heap of their own would keep what others have freed.
      env: { MALLOC_ARENA_MAX: '2', ...options.variables },
      stdio: ['ignore', logFile, logFile, 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    })
    if (logFile !== 'ignore') closeSync(logFile)
    const entry: Child = { process: child, startedMs: Date.now(), pauseMs: previous?.pauseMs ?? FIRST_PAUSE_MS, restarts: (previous?.restarts ?? -1) + 1, ready: false }
    children.set(role, entry)
    child.on('message', (message: { say?: string; ready?: boolean }) => {
      if (message.say !== undefined) options.say(oneLine(message.say))
      if (message.ready !== true) return
      entry.ready = true
      readiness.get(role)?.resolve()
    })
    child.on('error', (error) => options.say(`${role}: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (stopping) return
      newReadiness(role)
      if (code !== null && FINAL_EXITS.has(code)) {
        options.onFinalExit(role, code)
        return
      }
      // Killed from outside while it ran well: no reason to wait longer each time.
      if (Date.now() - entry.startedMs > HEALTHY_AFTER_MS || (signal !== null && entry.ready)) entry.pauseMs = FIRST_PAUSE_MS
      if (code !== 0) options.say(`${role} ended (${signal ?? `code ${code}`}); it starts again. Its log: ${join(options.logFolder, `${role}.log`)}`)
      const pauseMs = code === 0 ? 0 : entry.pauseMs
      entry.pauseMs = Math.min(LONGEST_PAUSE_MS, entry.pauseMs * 2)
      entry.timer = setTimeout(() => start(role, entry), pauseMs)
    })
  }

  for (const role of options.roles) {
    newReadiness(role)
    start(role)
  }

  const end = async (child: Child): Promise<void> => {
    clearTimeout(child.timer)
    const running = child.process
    if (running.exitCode !== null || running.signalCode !== null) return
    const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    if (running.connected) running.send('stop', () => {})
    else running.kill('SIGTERM')
    const impatience = setTimeout(() => running.kill('SIGKILL'), STOP_PATIENCE_MS)
    await exited
    clearTimeout(impatience)
  }

  return {
    ready: (role) => readiness.get(role)?.promise ?? Promise.reject(new Error(`${role} is not run here`)),
    pid: (role) => children.get(role)?.process.pid,
    restarts: (role) => children.get(role)?.restarts ?? 0,
    metrics: (role) => metricsOf(children.get(role)?.process),
    async renew(role) {
      const child = children.get(role)
      if (child !== undefined) await end(child)
    },
    async stop() {
      stopping = true
      // Readers and sources first, the writer of the measured store last but one, the field it reads from last.
      const order: readonly RoleName[] = ['api', 'work', 'compute', 'collect', 'simulate', 'identity']
      for (const role of order) {
        const child = children.get(role)
        if (child !== undefined) await end(child)
      }
    },
  }
}

function metricsOf(child: ChildProcess | undefined): Promise<MetricsColumns | undefined> {
  if (child?.connected !== true) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const end = (answer: MetricsColumns | undefined) => {
      clearTimeout(impatience)
      child.off('message', onMessage)
      resolve(answer)
    }
    // Every answer is the same for all who ask at this moment.
    const onMessage = (message: { metrics?: MetricsColumns }) => { if (message.metrics !== undefined) end(message.metrics) }
    const impatience = setTimeout(end, METRICS_PATIENCE_MS, undefined)
    child.on('message', onMessage)
    child.send('metrics', () => {})
  })
}
