import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis, type ServerChild } from '../../../infra/fault/lab/servers.ts'

export interface RedisUnderTest {
  readonly url: string
  readonly port: number
  readonly server: ServerChild
  end(): Promise<void>
}

/** A real redis-server on a free port, its append-only file in a folder of its own, gone at the end. */
export async function redisUnderTest(settings: Parameters<typeof startRedis>[1] = {}): Promise<RedisUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-redis-'))
  const server = await startRedis(folder, settings)
  return {
    url: server.url,
    port: server.port,
    server,
    async end() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
