// Set-up before `npm start` and `npm test`, from a clean clone. Plain JavaScript on purpose: it is the one file that an
// older Node (20.19 or later) must be able to run, before Node 24 has come with the packages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const modules = join(root, 'node_modules')
const purpose = process.argv[2] ?? 'start'
const startedMs = Date.now()
const say = (text) => process.stdout.write(`${text}\n`)

function fail(text) {
  process.stderr.write(`\n${text}\n`)
  process.exit(1)
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) fail(`Penfeld needs Node 20.19 or later to set itself up; this is ${process.version}.`)

function run(command, args, what, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 64 * 2 ** 20, ...options })
  if (result.status !== 0) fail(`${what} failed:\n${(result.stdout ?? '') + (result.stderr ?? '') || result.error}`)
}

/** One hash over files and folders: what was built from the same hash need not be built again. */
function hashOf(...places) {
  const hash = createHash('sha256')
  const add = (place) => {
    if (!existsSync(place)) return
    if (statSync(place).isDirectory()) {
      for (const name of readdirSync(place).sort()) if (name !== 'dist' && name !== 'node_modules') add(join(place, name))
    } else hash.update(place.slice(root.length)).update('\0').update(readFileSync(place))
  }
  places.forEach(add)
  return hash.digest('hex')
}

function unlessStamped(name, hash, also, action) {
  const stamp = join(modules, `.penfeld-${name}`)
  if (also && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  action()
  mkdirSync(modules, { recursive: true })
  writeFileSync(stamp, hash)
}

unlessStamped('packages', hashOf(join(root, 'package-lock.json')), existsSync(join(modules, '.bin')), () => {
  say('Installing packages (about a minute, once) ...')
  // No install script of any package is run: nothing Penfeld uses needs one.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci')
})

// npm puts node_modules/.bin first in PATH, where the Node 24 that came as a package now stands.
const node24 = join(modules, '.bin/node')
const node = existsSync(node24) ? node24 : process.execPath
const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
if (Number(version.slice(1).split('.')[0]) < 24) {
  fail(`Penfeld runs on Node 24. It comes as a package on Linux (x64, arm64); here it did not, and the Node found is ${version}. Install Node 24 or later.`)
}

unlessStamped('dashboard', hashOf(join(root, 'dashboard'), join(root, 'services/api/contract'), join(root, 'package-lock.json')), existsSync(join(root, 'dashboard/dist/index.html')), () => {
  say('Building the pages (about twenty seconds, once) ...')
  run(node, [join(modules, 'vite/bin/vite.js'), 'build', 'dashboard', '--logLevel', 'error'], 'Building the pages')
})

if (purpose === 'test') {
  // Only looked for here; a message that names everything at once is worth more than three failures.
  const onPath = (program) => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].some((folder) => existsSync(join(folder, program)))
  const needed = [
    { programs: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium', instead: process.env.PENFELD_CHROMIUM },
    { programs: ['mosquitto'], debian: 'mosquitto' },
    { programs: ['redis-server'], debian: 'redis-server' },
    { programs: ['influxd'], debian: 'influxdb' },
    { programs: ['nginx'], debian: 'nginx-light' },
    // The fault experiments: system calls that fail, clocks that jump, alert rules.
    { programs: ['strace'], debian: 'strace' },
    { programs: ['faketime'], debian: 'faketime' },
    { programs: ['promtool'], debian: 'prometheus' },
    // Pseudo terminals that stand in for serial lines.
    { programs: ['socat'], debian: 'socat' },
  ]
  const missing = () => needed.filter(({ programs, instead }) => !instead && !programs.some(onPath)).map(({ debian }) => debian)
  const packages = missing()
  if (packages.length > 0) {
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    const may = asRoot.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0
    if (may && onPath('apt-get')) {
      say(`Installing what the tests need from Debian: ${packages.join(', ')} ...`)
      const apt = (...args) => {
        const [command, ...rest] = [...asRoot, 'apt-get', ...args]
        run(command, rest, 'apt-get', { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } })
      }
      apt('update', '-qq')
      apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
    }
    const still = missing()
    if (still.length > 0) {
      const text = `The tests need programs that are not here and that this account may not install. As an administrator: apt-get install ${still.join(' ')}`
      if (process.env.CI === 'true') fail(text)
      say(`${text}\nThe tests that need them will fail and say so.`)
    }
  }
}
const seconds = (Date.now() - startedMs) / 1000
if (seconds > 3) say(`Set-up took ${seconds.toFixed(0)} s.`)
