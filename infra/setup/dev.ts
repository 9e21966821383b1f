/** `npm run dev`: the service, started anew when a file of models/ or services/ changes, and the pages with hot reload. */
import { spawn, type ChildProcess } from 'node:child_process'
import { watch } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const startService = (): ChildProcess => spawn(process.execPath, [join(root, 'services/main.ts'), 'run', '--demo'], { cwd: root, stdio: 'inherit' })
let service = startService()
let timer: NodeJS.Timeout | undefined
const renew = () => {
  clearTimeout(timer)
  timer = setTimeout(() => {
    service.once('exit', () => { service = startService() })
    service.kill('SIGTERM')
  }, 300)
}
for (const folder of ['models', 'services']) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (name !== null && name.endsWith('.ts') && !name.endsWith('.test.ts')) renew()
  })
}
const pages = spawn(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'dashboard'], { cwd: root, stdio: 'inherit' })
process.once('SIGINT', () => { pages.kill('SIGTERM'); service.once('exit', () => process.exit(0)) })
