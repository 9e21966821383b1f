import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openConsentLedger } from '#services/consents/ledger.ts'
import { validatedName } from '#services/evaluation/validate.ts'
import { openCollectStatusStore } from '#services/ingest/collect-status.ts'
import { openErasedMarks } from '#services/privacy/erased-marks.ts'
import { openErasureReader, openErasureRegister } from '#services/privacy/erasure-register.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { batchOf } from '#services/store/contract.ts'
import { openEmbeddedReader, openEmbeddedStore } from '#services/store/embedded/index.ts'
import { makeBackup } from './backup.ts'
import { restoreBackup } from './restore.ts'

const loaded = smallDistrict()
const zone = { timeZone: loaded.district.timeZone }
const T0 = Date.parse('2026-01-12T00:00:00Z')
const NOW = Date.parse('2026-02-01T03:00:00Z')
const CANARY = 7_431.013579246801
const bytes = Buffer.from(Float64Array.of(CANARY).buffer)
const patterns = [bytes, Buffer.from(bytes).reverse()]

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penfeld-erased-'))
  data = join(root, 'data')
  mkdirSync(join(root, 'district'))
  mkdirSync(join(data, 'inbox/meters/done'), { recursive: true })
  writeFileSync(join(root, 'district/district.yaml'), 'id: d')
  writeFileSync(join(data, 'inbox/meters/done/day.csv'), 'a file that was taken')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const withCanary = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile() && patterns.some((pattern) => readFileSync(join(folder, name)).includes(pattern)))

/** A dwelling with packed and unpacked values, validated ones, values put apart, a finding, and a neighbour. */
async function live(): Promise<void> {
  for (const [name, own] of [['measured', 'dwelling'], ['derived', validatedName('dwelling')]] as const) {
    const store = await openEmbeddedStore(join(data, name), { ...zone, packSamples: 30 })
    const [mine, other] = await store.register([own, 'neighbour'])
    const give = (from: number, to: number) => Promise.all(Array.from({ length: to - from }, (_, i) => store.append(batchOf([[mine!, T0 + (from + i) * 60_000, CANARY], [other!, T0 + (from + i) * 60_000, i]]), { recordedAt: T0, source: 's' })))
    await give(0, 60)
    while (await store.maintain(100));
    await give(60, 70)
    await store.close()
  }
  const status = openCollectStatusStore(join(data, 'collect.sqlite'))
  status.quarantine('s', { rules: [{ name: 'dwelling' } as never], at: [T0], values: [CANARY], quality: [0], reasons: ['implausible'] }, T0)
  status.close()
  const runs = openRunStore(join(data, 'runs.sqlite'))
  runs.database.prepare("INSERT INTO meter_finding (point, kind, from_at, to_at, severity, evidence, found_at) VALUES ('dwelling', 'spike', ?, ?, 'doubt', '{}', ?)").run(T0, T0 + 60_000, T0)
  await runs.close()
  const marks = openErasedMarks(join(data, 'erased-measured.sqlite'))
  marks.erased(1, 'an-older-one', 0, T0)
  marks.close()
}

const ERASURE = { erasureId: 'e1', at: NOW, personRef: 'person:7', spans: [{ deliveryPoint: 'dp', points: ['dwelling'], from: T0, to: T0 + 86_400_000 }] }
const withdrawal = { holder: 'hh', deliveryPoint: 'dp', purpose: 'district-supervision', granularity: 'load-curve', way: 'own-page', personRef: 'person:7' } as const
const take = () => makeBackup({ dataFolder: data, district: { ...loaded, folder: join(root, 'district') }, to: join(root, 'backups'), now: () => NOW, say: () => {} })

test('a backup older than an erasure is restored without what was erased, and with the withdrawal that followed it', async () => {
  await live()
  const { folder } = await take()
  expect(withCanary(folder)).not.toEqual([])
  const register = openErasureRegister(join(data, 'erasures.sqlite'))
  register.add(ERASURE)
  register.close()
  const consents = openConsentLedger(join(data, 'consents.sqlite'))
  consents.withdraw(withdrawal, NOW)
  consents.close()

  const { erased } = await restoreBackup({ backup: folder, dataFolder: data, replace: true, now: () => NOW })
  // Seventy values of each store, one put apart, one finding.
  expect(erased).toBe(142)
  expect(withCanary(data)).toEqual([])
  const reader = await openEmbeddedReader(join(data, 'measured'), zone)
  const [mine, other] = await reader.lookup(['dwelling', 'neighbour'])
  expect((await reader.read(mine!, 0, Infinity)).at.length).toBe(0)
  expect((await reader.read(other!, 0, Infinity)).at.length).toBe(70)
  await reader.close()
  expect(readdirSync(data)).not.toContain('inbox')
  const restoredConsents = openConsentLedger(join(data, 'consents.sqlite'))
  expect(restoredConsents.ofHolder('hh')).toEqual([expect.objectContaining({ kind: 'withdrawn', at: NOW })])
  restoredConsents.close()
  // Collect carries the whole register out once more: a server may have been restored too.
  const marks = openErasedMarks(join(data, 'erased-measured.sqlite'))
  expect(marks.lastSeq()).toBe(0)
  marks.close()
})

test('on another machine the register beside the backups says what is to be gone, also from a backup older than it', async () => {
  await live()
  const first = await take()
  const register = openErasureRegister(join(data, 'erasures.sqlite'))
  register.add(ERASURE)
  register.close()
  await makeBackup({ dataFolder: data, district: { ...loaded, folder: join(root, 'district') }, to: join(root, 'backups'), now: () => NOW + 86_400_000, say: () => {} })
  const elsewhere = join(root, 'elsewhere')
  await restoreBackup({ backup: first.folder, dataFolder: elsewhere, replace: false, now: () => NOW })
  expect(withCanary(elsewhere)).toEqual([])
  const known = openErasureReader(join(elsewhere, 'erasures.sqlite'))
  expect(known.after(0)).toEqual([{ seq: 1, ...ERASURE }])
  known.close()
})
