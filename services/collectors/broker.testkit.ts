import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { expect } from 'vitest'

/** The broker of the tests is a real mosquitto: the Debian package of that name. */
function mosquitto(): string {
  const folder = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].find((place) => existsSync(join(place, 'mosquitto')))
  if (folder === undefined) throw new Error('mosquitto is not installed: apt-get install mosquitto')
  return join(folder, 'mosquitto')
}

/** A broker that keeps sessions and messages below `folder`, and writes them down once a second. */
export async function startBroker(folder: string, port: number, more: readonly string[] = []): Promise<ChildProcess> {
  mkdirSync(join(folder, 'broker'), { recursive: true })
  const settings = join(folder, 'mosquitto.conf')
  writeFileSync(settings, [
    `listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence true', `persistence_location ${join(folder, 'broker')}/`, 'autosave_interval 1', 'autosave_on_changes true',
    ...(process.getuid?.() === 0 ? ['user root'] : []), ...more, '',
  ].join('\n'))
  const broker = spawn(mosquitto(), ['-c', settings], { stdio: 'ignore' })
  await expect.poll(() => new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.on('error', () => resolve(false))
  }), { timeout: 10_000, interval: 50 }).toBe(true)
  return broker
}

export async function endBroker(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = new Promise((resolve) => broker.once('exit', resolve))
  broker.kill(signal)
  await exited
}
