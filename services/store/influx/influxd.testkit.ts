/** A real influxd with a folder and a configuration of its own, on a free port of the loopback. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface Influxd {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** SIGKILL, at once. */
  kill(): Promise<void>
  /** The same folder and port again, after `kill`. */
  start(): Promise<void>
}

const configuration = (folder: string, port: number, rpcPort: number) => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${join(folder, 'meta')}"
[data]
  dir = "${join(folder, 'data')}"
  wal-dir = "${join(folder, 'wal')}"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  max-row-limit = 0
[logging]
  level = "error"
`

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

export async function startInfluxd(folder: string): Promise<Influxd> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const file = join(folder, 'influxdb.conf')
  writeFileSync(file, configuration(folder, port, await freePort()))
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const dieWithUs = () => child?.kill('SIGKILL')
  process.once('exit', dieWithUs)
  const influxd = {
    url, port,
    get pid() { return child?.pid ?? NaN },
    async start() {
      const log = openSync(join(folder, 'influxd.log'), 'a')
      child = spawn('influxd', ['-config', file], { stdio: ['ignore', log, log] })
      closeSync(log)
      let failed: Error | undefined
      child.once('error', (error) => (failed = error))
      for (let attempt = 0; attempt < 1_200; attempt++) {
        if (failed !== undefined) throw failed
        if (child.exitCode !== null) throw new Error(`influxd ended with code ${child.exitCode}; its log is in ${folder}`)
        if (await fetch(`${url}/ping`).then(({ status }) => status === 204, () => false)) return
        await pause(25)
      }
      throw new Error('influxd does not answer')
    },
    async kill() {
      const dying = child
      if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return
      const exited = new Promise((resolve) => dying.once('exit', resolve))
      dying.kill('SIGKILL')
      await exited
    },
  }
  await influxd.start()
  return influxd
}
