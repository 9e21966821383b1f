import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** `backtest` and `forecast` as a planner types them, on a measured curve in local time with a few lines spoilt. */
const main = resolve(import.meta.dirname, '../main.ts')
const folder = mkdtempSync(join(tmpdir(), 'penfeld-curves-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [curve, weather, short, site] = ['curve.csv', 'weather.csv', 'short.csv', 'site.csv'].map((name) => join(folder, name))
const penfeld = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', LANG: 'C' } })
  return { status, stdout, stderr }
}
const DAYS = 100

beforeAll(() => {
  const text = gunzipSync(readFileSync(resolve(import.meta.dirname, '../../fixtures/load-curves/cambridge.csv.gz'))).toString('utf8')
  const [header, ...rows] = text.trim().split('\n').map((line) => line.split(','))
  // The clocks change within; the fixture has 24 hours on every day.
  const first = rows.findIndex(([day]) => day === '2018-09-03')
  const chosen = (days: number, name: string, series: string, unit: string) => [`timestamp,${series} (${unit})`, ...rows.slice(first, first + days * 24).map((row) => `${row[0]} ${row[1].padStart(2, '0')}:00,${row[header.indexOf(name)]}`)]
  const lines = chosen(DAYS, 'ucam_b58_gas', 'building', 'kWh')
  lines[1000] = lines[1000].replace(/,.*/, ',broken')
  lines[2000] = 'yesterday,5'
  writeFileSync(curve, `${lines.join('\n')}\n`)
  writeFileSync(short, `${chosen(60, 'ucam_b58_gas', 'building', 'kWh').slice(0, -9).join('\n')}\n`)
  // A building with a field of 80 kW at 1,000 W/m2 (of which warm cells give less), metered by itself and in the net.
  const at = (name: string, row: readonly string[]) => Number(row[header.indexOf(name)])
  writeFileSync(site, ['timestamp,building (kW),pv (kW),net (kW),temperature (degC),irradiance (W/m2)', ...rows.slice(0, first + 60 * 24).map((row, i, all) => {
    // The stamp of this irradiance is the end of its hour (fixtures/load-curves/README.md).
    const light = at('irradiance', all[i + 1] ?? row)
    const produced = 0.08 * light * (1 - 0.004 * (at('temperature', row) + 0.03 * light - 25))
    return `${row[0]} ${row[1].padStart(2, '0')}:00,${at('ucam_b22_electricity', row)},${produced.toFixed(3)},${(at('ucam_b22_electricity', row) - produced).toFixed(3)},${at('temperature', row)},${light}`
  })].join('\n').concat('\n'))
  writeFileSync(weather, `${chosen(DAYS, 'temperature', 'temperature', 'degC').join('\n')}\n`)
})

test('a backtest is told in numbers, better than the week before, with the faults of the file', () => {
  const report = join(folder, 'report.html')
  const { status, stdout, stderr } = penfeld('backtest', curve, '--weather', weather, '--days', '7', '--time-zone', 'Europe/London', '--json', '--report', report, '--lang', 'fr')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({ series: 'building', unit: 'kWh', stepS: 3600, holidays: 'none', production: false, weather: [{ kind: 'temperature', series: 'temperature' }], days: { from: '2018-12-05', to: '2018-12-11', count: 7 } })
  expect(told.faults).toEqual({ count: 2, first: [{ line: 1001, reason: 'bad-value' }, { line: 2001, reason: 'bad-time' }] })
  const [run] = told.runs
  expect(run.weather).toBe('perfect')
  expect(run.leads.map(({ leadDays }: { leadDays: number }) => leadDays)).toEqual([0, 1])
  // Gas follows the weather, of which the week before knows nothing.
  for (const { scores, reliability, leftOut } of run.leads) {
    expect(scores.forecast.mae).toBeLessThan(scores.naive.mae)
    expect(scores.forecast.hours).toBe(168)
    expect(leftOut).toBe(0)
    expect(reliability.length).toBe(19)
  }
  expect(run.skillByHour.length).toBe(48)

  const html = readFileSync(report, 'utf8')
  expect(html).toContain('<html lang="fr">')
  expect(html).toContain('Prévisibilité de la courbe building')
  expect(html).toContain('météo parfaite')
  expect(html.match(/<svg /g)?.length).toBe(3)
  // It is sent by mail: nothing comes from elsewhere, and no number is missing.
  expect(html).not.toMatch(/(src|href)=|https?:|NaN|undefined|Infinity/)
}, 60_000)

test('a forecast of the days after a short curve says by what, and why by no more', () => {
  const out = join(folder, 'ahead.csv')
  const { status, stdout, stderr } = penfeld('forecast', short, '--time-zone', 'Europe/London', '--out', out)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^Forecast of building\. Issued: 1 Nov 2018, 15:00\. By: .*\((the history is too short for more|it was better over the last four weeks)\)\.\n/)
  const rows = readFileSync(out, 'utf8').trim().split('\n').map((line) => line.split(','))
  expect(rows[0]).toEqual(['timestamp', 'series', 'value', 'unit'])
  const mean = rows.filter(([, series]) => series === 'building')
  // The rest of the day of issue and the day after it.
  expect([mean.length, mean[0][0], mean.at(-1)![0]]).toEqual([33, '2018-11-01T15:00:00.000Z', '2018-11-02T23:00:00.000Z'])
  expect(new Set(rows.slice(1).map(([, series]) => series)).size).toBe(20)
  for (let i = 0; i < 33; i += 1) {
    const quantiles = rows.filter(([at, series]) => at === mean[i][0] && series !== 'building').map(([, , value]) => Number(value))
    expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b))
  }
}, 60_000)

test('what cannot be forecast is refused with a code', () => {
  const refused = (...args: string[]) => {
    const { status, stderr } = penfeld(...args)
    return { status, code: /^PF_\w+/.exec(stderr)?.[0], lines: stderr.trim().split('\n').length }
  }
  expect(refused('backtest', short, '--days', '28')).toEqual({ status: 78, code: 'PF_CURVE_INVALID', lines: 1 })
  expect(refused('backtest', weather, '--column', 'load')).toEqual({ status: 78, code: 'PF_CURVE_INVALID', lines: 1 })
  expect(refused('forecast', join(folder, 'nowhere.csv'))).toEqual({ status: 78, code: 'PF_IMPORT_UNREADABLE', lines: 1 })
})

test('the net of a load and a production is their difference at every step; a field behind a meter is told by its size', () => {
  const out = join(folder, 'net.csv')
  const common = ['--weather', site, '--site', '52.2,0.12', '--time-zone', 'Europe/London']
  const two = penfeld('forecast', site, '--column', 'building', '--production', 'pv', ...common, '--out', out)
  expect({ status: two.status, stderr: two.stderr }).toEqual({ status: 0, stderr: '' })
  expect(two.stdout).toMatch(/^Forecast of building less production\. Issued: .*\. Load by a blend of all forecasters, production by a blend of all forecasters\.\n/)
  const rows = readFileSync(out, 'utf8').trim().split('\n').map((line) => line.split(','))
  const column = (name: string) => rows.filter(([, series]) => series === name).map(([, , value]) => Number(value))
  const [net, building, pv] = ['net', 'building', 'pv'].map(column)
  expect(net.length).toBeGreaterThan(24)
  expect(Math.max(...pv)).toBeGreaterThan(5)
  net.forEach((value, i) => expect(value).toBeCloseTo(building[i]! - pv[i]!, 2))

  const one = penfeld('forecast', site, '--column', 'net', '--behind', ...common, '--json')
  expect({ status: one.status, stderr: one.stderr }).toEqual({ status: 0, stderr: '' })
  const { behind } = JSON.parse(one.stdout) as { behind: { perKwM2: number; lowest: number; highest: number } }
  expect(behind.perKwM2).toBeGreaterThan(72)
  expect(behind.perKwM2).toBeLessThan(88)
  expect([behind.lowest < behind.perKwM2, behind.perKwM2 < behind.highest]).toEqual([true, true])

  // Without light nothing is seen behind a meter, and gas has no field.
  for (const args of [[site, '--column', 'net', '--behind'], [curve, '--behind', '--weather', weather]]) {
    const { status, stderr } = penfeld('forecast', ...args, '--time-zone', 'Europe/London')
    expect([status, stderr]).toEqual([78, expect.stringMatching(/^PF_CURVE_INVALID.*irradiance/)])
  }
}, 120_000)
