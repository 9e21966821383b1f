import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { formatsFor } from './channels.ts'
import { readMeterFile, type ReadFileOptions } from './read-file.ts'

// What is alive, not what has not been swept yet.
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function fileWith(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-read-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function read(path: string, options: Partial<ReadFileOptions> = {}) {
  const values: number[] = []
  const faults: string[] = []
  const format = await readMeterFile(path, {
    formats: formatsFor([{ name: 'latin', table: { layout: 'long', time: { columns: ['Zeit'], format: 'iso' }, meter: 'Zähler', value: 'Wert', encoding: 'latin1', decimal: ',' } }]),
    timeZone: 'Europe/Paris', wants: () => false, fault: (line, reason) => void faults.push(`${line}: ${reason}`), take: async (rows) => rows.values.forEach((value) => values.push(value)), ...options,
  })
  return { name: format.name, values, faults }
}
const classic = (rows: number) => ['Identifiant PRM;Type de donnees;Unite;Pas en minutes', '12345678900001;Courbe de charge;W;10', 'Horodate;Valeur', ...Array.from({ length: rows }, (_, row) => `${new Date(row * 600_000).toISOString()};${row % 1000}`)].join('\r\n')

test('packed or not, with a mark of byte order, in an older encoding', async () => {
  expect(await read(fileWith('a.csv', `\uFEFF${classic(3)}`))).toEqual({ name: 'enedis-csv', values: [0, 1, 2], faults: [] })
  expect((await read(fileWith('without-ending.csv', gzipSync(classic(3))))).values).toEqual([0, 1, 2])
  expect((await read(fileWith('c.csv', Buffer.from(`\uFEFF${classic(2)}`, 'utf16le')))).values).toEqual([0, 1])
  expect(await read(fileWith('d.csv', Buffer.from('Zeit;Zähler;Wert\n2026-01-01T00:00:00Z;7;1,5', 'latin1')))).toEqual({ name: 'latin', values: [1.5], faults: [] })
})

test('a packed file that unfolds without end, or is cut, is refused; what came before the cut was handed over', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2, classic(10) + '\n'))
  expect(bomb.length).toBeLessThan(1024 ** 2)
  await expect(read(fileWith('bomb.csv.gz', bomb), { mostBytes: 8 * 1024 ** 2 })).rejects.toThrow(/PF_IMPORT_TOO_LARGE.*8 MiB/)
  const values: number[] = []
  const whole = gzipSync(classic(20_000))
  await expect(read(fileWith('cut.csv.gz', whole.subarray(0, whole.length - 2_000)), { take: async (rows) => rows.values.forEach((value) => values.push(value)) })).rejects.toThrow(/PF_IMPORT_UNREADABLE/)
  expect(values.length).toBeGreaterThan(1_000)
})

test('a file of no known form, and an empty one', async () => {
  await expect(read(fileWith('x.csv', 'when,what\n1,2\n'))).rejects.toThrow(/PF_IMPORT_FORMAT_UNKNOWN.*when,what/)
  await expect(read(fileWith('y.csv', ''))).rejects.toThrow(/PF_IMPORT_FORMAT_UNKNOWN/)
})

test('a million rows pass through bounded memory', async () => {
  const path = fileWith('long.csv.gz', gzipSync(classic(1_000_000), { level: 1 }))
  const live = () => {
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = live()
  let count = 0
  let sum = 0
  let most = 0
  await read(path, {
    take: async ({ values }) => {
      count += values.length
      sum += values.reduce((total, value) => total + value, 0)
      most = Math.max(most, live() - before)
    },
  })
  expect([count, sum]).toEqual([1_000_000, 499_500_000])
  // The text alone is 30 MB and its rows as objects would be more than 100: a fifth of the rows as columns is 4 MB.
  expect(most).toBeLessThan(24 * 1024 ** 2)
}, 60_000)
