/**
 * Public releases beside nginx that serves the same bytes as a file, in the same run, by wrk; and the service under a flood.
 *   npm run bench:http -- [--json] [--quick]
 * Both servers have one process and one core's worth of work to do; rounds alternate, so that a busy machine is busy for both.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROUTES } from '#services/api/contract/routes.ts'
import { freePorts } from '../../e2e/service.ts'
import { programPath, startChild } from '../../fault/lab/children.ts'
import { answers } from '../../fault/lab/servers.ts'
import { printer, quick } from '../load-flow/print.ts'
import { flood } from './flood.ts'

const print = printer('http')
const ROUNDS = quick ? 3 : 7
const ROUND_S = quick ? 2 : 5
const AIM = 0.5
const FLOOD_S = quick ? 10 : 60

const wrk = programPath('wrk', 'wrk')
/** Requests answered a second, and how many were no 200. */
function rate(url: string): { perSecond: number; refused: number } {
  const { stdout, status } = spawnSync(wrk, ['-t1', '-c64', `-d${ROUND_S}s`, url], { encoding: 'utf8' })
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  if (status !== 0 || !(perSecond > 0)) throw new Error(`wrk told no rate:\n${stdout}`)
  return { perSecond, refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0) }
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const folder = mkdtempSync(join(tmpdir(), 'penfeld-bench-http-'))
const [apiPort, nginxPort] = await freePorts(2)
const api = await startChild({ name: 'api', command: process.execPath, args: [join(import.meta.dirname, 'public-api.ts'), String(apiPort)], ready: () => answers(apiPort!) })
const releases = [ROUTES.public.live, ROUTES.public.district]
try {
  mkdirSync(join(folder, 'files'))
  for (const [i, path] of releases.entries()) writeFileSync(join(folder, `files/${i}.json`), await (await fetch(`http://127.0.0.1:${apiPort}${path}`)).text())
  writeFileSync(join(folder, 'nginx.conf'), [
    ...(process.getuid?.() === 0 ? ['user root;'] : []), 'worker_processes 1;', `pid ${folder}/nginx.pid;`, 'error_log stderr warn;', 'events { worker_connections 1024; }',
    `http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100; types { application/json json; }`,
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`),
    `server { listen 127.0.0.1:${nginxPort}; root ${folder}/files; etag on; } }`,
  ].join('\n'))
  const nginx = await startChild({ name: 'nginx', command: programPath('nginx', 'nginx-light'), args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], ready: () => answers(nginxPort!) })
  try {
    for (const [i, path] of releases.entries()) {
      const [ours, file] = [`http://127.0.0.1:${apiPort}${path}`, `http://127.0.0.1:${nginxPort}/${i}.json`]
      rate(ours)
      const rounds = Array.from({ length: ROUNDS }, () => ({ ours: rate(ours), nginx: rate(file) }))
      const ratio = median(rounds.map((round) => round.ours.perSecond / round.nginx.perSecond))
      const refused = rounds.reduce((sum, round) => sum + round.ours.refused, 0)
      print(`${path}: requests a second of ours`, median(rounds.map((round) => round.ours.perSecond)), '/s')
      print(`${path}: requests a second of nginx, one worker`, median(rounds.map((round) => round.nginx.perSecond)), '/s')
      print(`${path}: ours / nginx, median of ${ROUNDS} rounds`, ratio, '', `>= ${AIM}`, ratio >= AIM)
      print(`${path}: answers that were not 200`, refused, '', '0', refused === 0)
    }
  } finally {
    await nginx.stop()
  }
} finally {
  await api.stop()
  rmSync(folder, { recursive: true, force: true })
}
await flood(FLOOD_S, print)
