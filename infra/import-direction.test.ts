import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g
const ALIASES: Record<string, string> = { '#models/': 'models/', '#services/': 'services/', '#contract/': 'services/api/contract/', '@/': 'dashboard/src/' }

interface Import { file: string; target: string }

/** Every import of a place of ours, as a path from the root; packages keep their name. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3])!
    const alias = Object.keys(ALIASES).find((prefix) => name.startsWith(prefix))
    if (alias !== undefined) return { file, target: ALIASES[alias]! + name.slice(alias.length) }
    if (name.startsWith('.')) return { file, target: relative(root, resolve(root, dirname(file), name)) }
    return { file, target: name }
  })
}

const filesIn = (...patterns: string[]) =>
  globSync(patterns, { cwd: root }).map(normalize).filter((file) => !/node_modules|\/dist\//.test(file))
const product = (...patterns: string[]) => filesIn(...patterns).filter((file) => !/\.test(kit)?\.ts$/.test(file)).flatMap(importsOf)

test('models import nothing of ours but models, and no I/O', () => {
  const imports = product('models/**/*.ts')
  expect(imports.length).toBeGreaterThan(20)
  const breaches = imports.filter(({ target }) => /^(services|dashboard|infra|fixtures)\//.test(target) || target.startsWith('node:'))
  expect(breaches).toEqual([])
})

test('services import models and services only', () => {
  const imports = product('services/**/*.ts')
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter(({ target }) => /^(dashboard|infra|fixtures)\//.test(target))).toEqual([])
})

test('the dashboard knows the service by its contract only', () => {
  const imports = product('dashboard/**/*.ts', 'dashboard/**/*.vue')
  expect(imports.length).toBeGreaterThan(20)
  const breaches = imports.filter(({ target }) => /^(models|infra|fixtures)\//.test(target) || (target.startsWith('services/') && !target.startsWith('services/api/contract/')))
  expect(breaches).toEqual([])
})

test('the simulated field is independent of our models of the network', () => {
  const imports = product('services/simulator/**/*.ts')
  expect(imports.length).toBeGreaterThan(10)
  expect(imports.filter(({ target }) => /^models\/(grid|load-flow|capacity|forecast|load-curve)\//.test(target))).toEqual([])
})
