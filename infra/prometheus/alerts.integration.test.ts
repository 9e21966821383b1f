import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type RunningService } from '../e2e/service.ts'

interface Rule { readonly alert: string; readonly expr: string; readonly labels: { readonly severity: string; readonly runbook: string } }
const rules = (parse(readFileSync(join(import.meta.dirname, 'alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: import.meta.dirname, encoding: 'utf8' })
  expect(`${stdout}${stderr}`, 'promtool is of the Debian package prometheus').toContain('SUCCESS')
  expect(status).toBe(0)
}

test('the rules are rules, and sound and stay silent where they must', () => {
  promtool('check', 'rules', 'alerts.yaml')
  promtool('test', 'rules', 'alerts.test.yaml')
})

test('every alert is held to sound, and names a page that says what to do', () => {
  const { tests } = parse(readFileSync(join(import.meta.dirname, 'alerts.test.yaml'), 'utf8')) as { tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[] }
  const sounded = new Set(tests.flatMap((one) => one.alert_rule_test).filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname))
  expect(rules.map(({ alert }) => alert).filter((alert) => !sounded.has(alert))).toEqual([])
  const pages = resolve(import.meta.dirname, '../../docs/runbooks')
  expect(rules.filter(({ labels }) => !existsSync(join(pages, `${labels.runbook}.md`))).map(({ alert }) => alert)).toEqual([])
})

let service: RunningService
beforeAll(async () => { service = await startService({ historyDays: 1 }) })
afterAll(async () => { await service?.stop() })

test('every metric that a rule asks for is told by a running service, on loopback alone, and no label names a person or a meter', async () => {
  const text = async () => (await fetch(service.metricsUrl)).text()
  // Made when there is something to tell: a backup, a certificate, a backlog of InfluxDB, an answer.
  const later = ['penfeld_backup_age_seconds', 'penfeld_source_certificate_expires_seconds']
  const asked = [...new Set(rules.flatMap(({ expr }) => expr.match(/penfeld_[a-z_]+/g) ?? []))].filter((name) => !later.includes(name) && !name.startsWith('penfeld_influx_'))
  expect(asked.length).toBeGreaterThan(12)
  await fetch(`${service.url}/livez`)
  await expect.poll(async () => {
    const told = await text()
    return asked.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(told))
  }, { timeout: 60_000, interval: 500 }).toEqual([])
  const told = await text()
  for (const role of ['collect', 'work', 'api']) expect(told).toContain(`penfeld_role_up{role="${role}"} 1`)
  expect(told).toMatch(/process_resident_memory_bytes\{role="collect"\} \d+/)
  expect([...told.matchAll(/(?:holder|point|meter|delivery)[a-z_]*="/g)]).toEqual([])
  expect((await fetch(service.metricsUrl.replace('/metrics', '/'))).status).toBe(404)
  // The public port tells nothing of it.
  expect((await fetch(`${service.url}/metrics`)).headers.get('content-type')).not.toContain('text/plain')
})
