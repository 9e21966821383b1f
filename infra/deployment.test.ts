import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { COMMANDS } from '#services/commands/command-line.ts'

/** What nobody can start here, for want of an engine, is at least held to the files and settings it names. */
const here = import.meta.dirname
const read = (file: string) => readFileSync(join(here, file), 'utf8')
const known = new Set(`${read('../services/config/environment.ts')}${read('../services/hosts/requirements.ts')}${read('../services/identity/settings.ts')}${read('../services/store/open.ts')}${existsSync(join(here, '../services/store/influx/settings.ts')) ? read('../services/store/influx/settings.ts') : ''}`.match(/\b(?:PENFELD|INFLUX|REDIS)_[A-Z_]+\b/g))
const isKnown = (name: string) => known.has(name) || known.has(name.replace(/_FILE$/, ''))

interface Compose {
  services: Record<string, { environment?: Record<string, string>; volumes?: string[]; secrets?: string[]; depends_on?: string[]; network_mode?: string }>
  volumes: Record<string, unknown>
  secrets: Record<string, { file: string }>
}

test('the compose file names services, volumes, secrets, files and settings that there are', () => {
  const { services, volumes, secrets } = parse(read('compose.yaml')) as Compose
  for (const [name, service] of Object.entries(services)) {
    for (const other of [...(service.depends_on ?? []), ...(service.network_mode?.startsWith('service:') ? [service.network_mode.slice(8)] : [])]) expect(services, name).toHaveProperty([other])
    for (const secret of service.secrets ?? []) expect(secrets, name).toHaveProperty([secret])
    for (const volume of service.volumes ?? []) {
      const [from] = volume.startsWith('$') ? [undefined] : volume.split(':')
      if (from === undefined) continue
      if (from.startsWith('./')) expect(existsSync(join(here, from)), volume).toBe(true)
      else expect(volumes, name).toHaveProperty([from])
    }
  }
  expect(Object.keys(services['penfeld'].environment!).filter((variable) => !isKnown(variable))).toEqual([])
})

test('the units start commands that there are, with settings that there are', () => {
  for (const file of readdirSync(join(here, 'systemd')).filter((name) => name.endsWith('.service'))) {
    const unit = read(join('systemd', file))
    const [, command] = /^ExecStart=.* services\/main\.ts (\S+)/m.exec(unit)!
    expect(Object.keys(COMMANDS), file).toContain(command)
    expect([...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name]) => name).filter((name) => !isKnown(name))).toEqual([])
  }
})
