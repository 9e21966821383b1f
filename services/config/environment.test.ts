import { expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'

test.each([
  ['REDIS_URL', 'redis://10.1.2.3:6379'], ['REDIS_URL', 'redis://redis.example:6379'], ['INFLUX_URL', 'http://influx.example:8086'], ['INFLUX_URL', 'http://127.0.0.1.example:8086'],
])('%s=%s is refused: it goes over a network without TLS', (name, url) => {
  expect(() => readEnvironment({ [name]: url })).toThrow(/PF_CONFIG_INVALID.*without TLS/)
})

test('TLS, this machine, and hosts that are named one by one are taken', () => {
  expect(readEnvironment({ REDIS_URL: 'rediss://redis.example:6379', INFLUX_URL: 'https://influx.example:8086' })).toMatchObject({ redisUrl: 'rediss://redis.example:6379', influxUrl: 'https://influx.example:8086' })
  expect(readEnvironment({ REDIS_URL: 'redis://localhost:6379', INFLUX_URL: 'http://[::1]:8086' }).redisUrl).toBe('redis://localhost:6379')
  expect(readEnvironment({ PENFELD_PLAINTEXT_HOSTS: 'influxdb, redis', INFLUX_URL: 'http://influxdb:8086' }).influxUrl).toBe('http://influxdb:8086')
  expect(() => readEnvironment({ PENFELD_PLAINTEXT_HOSTS: 'influxdb', REDIS_URL: 'redis://influxdb.example:6379' })).toThrow(/without TLS/)
})

test.each(['10.1.0.0', '10.1.0.0/33', 'fe80::/129', '10.1.0.0/16/8', 'meters', '10.1.0.0/-1'])('PENFELD_SOURCE_NETWORKS=%s is no network', (text) => {
  expect(() => readEnvironment({ PENFELD_SOURCE_NETWORKS: text })).toThrow(/PENFELD_SOURCE_NETWORKS/)
})

test('networks of sources stand with commas between', () => {
  expect(readEnvironment({ PENFELD_SOURCE_NETWORKS: '10.1.0.0/16, fd00::/8' }).sourceNetworks).toEqual(['10.1.0.0/16', 'fd00::/8'])
})
