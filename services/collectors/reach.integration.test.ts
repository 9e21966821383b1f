import { createServer as createHttp, type Server } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { guardReach, mayReach } from './reach.ts'

let site: Server
let port: number
let arrived: number
let refused: string[]
let release = () => {}
beforeEach(async () => {
  arrived = 0
  refused = []
  site = createHttp((request, response) => {
    arrived += 1
    if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
    else response.end('meter')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  port = (site.address() as AddressInfo).port
})
afterEach(async () => {
  release()
  site.closeAllConnections()
  await new Promise((resolve) => site.close(resolve))
})
const guard = (...networks: string[]) => { release = guardReach(networks, (address) => refused.push(address)) }
const outcome = (url: string) => fetch(url, { signal: AbortSignal.timeout(3_000) }).then((answer) => answer.text()).catch((error: Error) => String((error.cause as { code?: string } | undefined)?.code ?? error.message))

test('without a list a meter is reached, and the services of the machine are not', async () => {
  guard()
  expect(await outcome(`http://127.0.0.1:${port}/`)).toBe('meter')
  for (const address of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '0.0.0.0']) expect(await outcome(`http://${address}:${port}/`), address).toBe('EACCES')
  expect(arrived).toBe(1)
})

test('a redirect to the services of the machine is not followed', async () => {
  guard()
  expect(await outcome(`http://127.0.0.1:${port}/away`)).toBe('EACCES')
  expect(refused).toEqual(['169.254.169.254'])
})

test('with a list nothing else is reached, whatever name or form of number leads there', async () => {
  guard('10.1.0.0/16')
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '017700000001', '[::1]', '[::ffff:127.0.0.1]']) expect(await outcome(`http://${host}:${port}/`), host).not.toBe('meter')
  expect(arrived).toBe(0)
  release()
  guard('127.0.0.0/8')
  expect(await outcome(`http://2130706433:${port}/`)).toBe('meter')
})

test('every library of the process is held to it, also plain sockets', async () => {
  const other = createServer((socket) => socket.end('x'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  guard('192.0.2.0/24')
  const code = await new Promise((resolve) => {
    connect({ host: '127.0.0.1', port: (other.address() as AddressInfo).port }).on('error', (error: Error & { code?: string }) => resolve(error.code)).on('connect', () => resolve('connected'))
  })
  expect(code).toBe('EACCES')
  await new Promise((resolve) => other.close(resolve))
})

test('addresses that are none are nowhere', () => {
  for (const address of ['', 'localhost', '999.1.1.1', '10.0.0.1/8']) expect(mayReach(address, []), address).toBe(false)
  expect(mayReach('fe80::1%eth0', [])).toBe(false)
  expect(mayReach('10.1.2.3', ['10.1.0.0/16'])).toBe(true)
  expect(mayReach('10.2.2.3', ['10.1.0.0/16'])).toBe(false)
})
