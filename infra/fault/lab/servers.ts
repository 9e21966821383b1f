/** The servers of others that Penfeld speaks to, as children on free ports of the loopback. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, programPath, startChild, type Child } from './children.ts'

export interface ServerChild extends Child {
  readonly port: number
  readonly url: string
}

const withPort = (child: Child, port: number, url: string): ServerChild => Object.defineProperties(child, { port: { value: port }, url: { value: url } }) as ServerChild

/** Whether somebody listens there. */
export const answers = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => { socket.destroy(); resolve(true) }).once('error', () => resolve(false))
})

/** redis-server with its files in `folder`; `appendonly` with a sync each second, as Penfeld asks for. */
export async function startRedis(folder: string, { port: wanted, appendonly = true, more = [] }: { port?: number; appendonly?: boolean; more?: readonly string[] } = {}): Promise<ServerChild> {
  mkdirSync(folder, { recursive: true })
  const port = wanted ?? await freePort()
  const child = await startChild({
    name: 'redis-server', command: programPath('redis-server'), cwd: folder,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', appendonly ? 'yes' : 'no', '--appendfsync', 'everysec', '--save', '', ...more],
    // Listening is not enough: while it loads its log it answers LOADING.
    ready: (output) => output.includes('Ready to accept connections'),
  })
  return withPort(child, port, `redis://127.0.0.1:${port}`)
}

/** InfluxDB 1.x with its files in `folder`, without authentication, telling nobody of itself. */
export async function startInflux(folder: string, { port: wanted }: { port?: number } = {}): Promise<ServerChild> {
  mkdirSync(folder, { recursive: true })
  const [port, rpc] = [wanted ?? await freePort(), await freePort()]
  const settings = join(folder, 'influxdb.conf')
  writeFileSync(settings, `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
`)
  const url = `http://127.0.0.1:${port}`
  const child = await startChild({
    name: 'influxd', command: programPath('influxd', 'influxdb'), args: ['-config', settings],
    ready: () => fetch(`${url}/ping`).then(({ status }) => status === 204, () => false),
  })
  return withPort(child, port, url)
}

/** mosquitto without names or passwords; with `persistence` it keeps sessions and queued messages in `folder`. */
export async function startMosquitto(folder: string, { port: wanted, persistence = true, more = '' }: { port?: number; persistence?: boolean; more?: string } = {}): Promise<ServerChild> {
  mkdirSync(folder, { recursive: true })
  const port = wanted ?? await freePort()
  const settings = join(folder, 'mosquitto.conf')
  // Started by root it would become another user, who may not write here.
  writeFileSync(settings, `listener ${port} 127.0.0.1
allow_anonymous true
persistence ${persistence}
persistence_location ${folder}/
autosave_interval 1
autosave_on_changes true
${process.getuid?.() === 0 ? 'user root\n' : ''}${more}`)
  const child = await startChild({ name: 'mosquitto', command: programPath('mosquitto'), args: ['-c', settings], ready: () => answers(port) })
  return withPort(child, port, `mqtt://127.0.0.1:${port}`)
}
