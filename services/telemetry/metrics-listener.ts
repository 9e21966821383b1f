import { readFileSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { AggregatorRegistry } from 'prom-client'
import type { Supervisor } from '#services/supervisor/supervisor.ts'
import type { RoleName } from '#services/supervisor/roles.ts'

interface ListenerOptions {
  readonly port: number
  readonly dataFolder: string
  readonly roles: readonly RoleName[]
  readonly supervisor: Supervisor
  say(message: string): void
}

/** `/metrics` for Prometheus, on loopback alone: what stands there is for who runs the service. */
export function listenForMetrics(options: ListenerOptions): () => void {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metricsText(options).then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.on('error', (error) => options.say(`Metrics are not to be had: ${error.message}. PENFELD_METRICS_PORT names another port.`))
  server.listen(options.port, '127.0.0.1')
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

async function metricsText({ supervisor, roles, dataFolder }: ListenerOptions): Promise<string> {
  const told = await Promise.all(roles.map((role) => supervisor.metrics(role)))
  const ofRoles = await AggregatorRegistry.aggregate(told.flatMap((one) => (one === undefined ? [] : [one])) as Parameters<typeof AggregatorRegistry.aggregate>[0]).metrics()
  const lines: string[] = []
  const gauge = (name: string, help: string, rows: readonly (readonly [labels: string, value: number])[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...rows.map(([labels, value]) => `${name}${labels} ${value}`))
  }
  gauge('penfeld_role_up', 'Whether the process of a role answers.', roles.map((role, index) => [`{role="${role}"}`, told[index] === undefined ? 0 : 1]))
  gauge('penfeld_role_restarts', 'Starts of a role after its first, since the supervisor began.', roles.map((role) => [`{role="${role}"}`, supervisor.restarts(role)]))
  const disk = statfsSync(dataFolder)
  gauge('penfeld_disk_free_bytes', 'Free on the file system of PENFELD_DATA, for this account.', [['', disk.bavail * disk.bsize]])
  gauge('penfeld_disk_size_bytes', 'Size of the file system of PENFELD_DATA.', [['', disk.blocks * disk.bsize]])
  gauge('penfeld_file_bytes', 'Size of what lies under PENFELD_DATA.', filesOf(dataFolder))
  const backup = backupAgeS(dataFolder)
  if (backup !== undefined) gauge('penfeld_backup_age_seconds', 'Time since the last backup that was verified.', [['', backup]])
  return `${ofRoles}\n${lines.join('\n')}\n`
}

/** The files of the stores; logs and caches do not matter here. */
function filesOf(dataFolder: string): (readonly [string, number])[] {
  return readdirSync(dataFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.sqlite(-wal)?$/.test(name))
    .sort()
    .map((name) => [`{file="${name}"}`, statSync(join(dataFolder, name), { throwIfNoEntry: false })?.size ?? 0])
}

function backupAgeS(dataFolder: string): number | undefined {
  try {
    const { verifiedRealMs } = JSON.parse(readFileSync(join(dataFolder, 'backup.json'), 'utf8')) as { verifiedRealMs: number }
    return Number.isFinite(verifiedRealMs) ? (Date.now() - verifiedRealMs) / 1_000 : undefined
  } catch {
    return undefined
  }
}
