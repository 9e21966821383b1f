import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Aedes } from 'aedes'
import type { AuthenticateError } from 'aedes'

export interface MqttBroker {
  readonly port: number
  /** QoS 1, not retained: who was away has missed it, as with most devices in the field. */
  publish(topic: string, payload: string): void
  stop(): Promise<void>
}

export interface MqttBrokerOptions {
  readonly port: number
  readonly host?: string
  /** Clients must give these; anybody may connect if left out. */
  readonly user?: { readonly name: string; readonly password: string }
}

const NOT_AUTHORIZED = 5

/** The MQTT broker of the demonstration city. Clients may listen and not publish: its devices write from inside. */
export async function startMqttBroker({ port, host = '127.0.0.1', user }: MqttBrokerOptions): Promise<MqttBroker> {
  const broker = await Aedes.createBroker({
    authenticate: (_client, name, password, done) => {
      const isKnown = user === undefined || (name === user.name && password?.toString() === user.password)
      done(isKnown ? null : (Object.assign(new Error('unknown user'), { returnCode: NOT_AUTHORIZED }) as AuthenticateError), isKnown)
    },
    authorizePublish: (client, _packet, done) => done(client === null ? null : new Error('this broker is read-only')),
  })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    broker.handle(socket)
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(port, host, listening.resolve)
  await listening.promise
  return {
    port: (server.address() as AddressInfo).port,
    publish(topic, payload) {
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => {})
    },
    async stop() {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
