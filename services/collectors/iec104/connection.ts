import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import type { ServerAddress, Settings } from './settings.ts'

const fileOf = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path))

/** Connects within t0. Over TLS (IEC 62351-3) the server must prove who it is; files are read anew, because certificates are renewed. */
export async function openConnection({ host, port, isSecure }: ServerAddress, { tls, timers }: Settings, stopping: AbortSignal): Promise<Socket> {
  const files = isSecure ? { ca: await fileOf(tls.caFile), cert: await fileOf(tls.certificateFile), key: await fileOf(tls.keyFile) } : {}
  stopping.throwIfAborted()
  const socket = isSecure
    ? connectSecurely({ host, port, ...files, minVersion: 'TLSv1.2', ...(tls.serverName === undefined ? {} : { servername: tls.serverName }) })
    : connect({ host, port })
  socket.setNoDelay(true)
  await new Promise<void>((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', stop)
      if (error === undefined) return resolve()
      socket.destroy()
      reject(error)
    }
    const stop = () => end(new Error('stopped'))
    const timer = setTimeout(() => end(new Error('no connection in time')), timers.t0S * 1_000)
    stopping.addEventListener('abort', stop, { once: true })
    socket.once(isSecure ? 'secureConnect' : 'connect', () => end())
    // Also after the connection stood: an error is followed by `close`, which is what counts.
    socket.on('error', end)
  })
  return socket
}
