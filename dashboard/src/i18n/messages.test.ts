import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { fr } from './fr.ts'

/** Paths of all texts; functions are called with numbers as arguments, so that every branch gives a sentence. */
function texts(node: unknown, path: string): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node === 'function') return [0, 1, 2].map((count) => [path, String((node as (...a: unknown[]) => string)(count, count, 'x', 'y', 'z'))])
  return Object.entries(node as object).flatMap(([key, child]) => texts(child, path ? `${path}.${key}` : key))
}

describe('the two languages', () => {
  const french = texts(fr, '')
  const english = new Map(texts(en, ''))
  it('say the same things: every text exists in both, and none is empty or holds a hole', () => {
    expect([...new Set(french.map(([path]) => path))]).toEqual([...english.keys()])
    for (const [path, text] of [...french, ...english]) expect(text, path).toMatch(/^(?!.*(undefined|\[object)).*\S/)
  })
  it('use the typographic apostrophe', () => {
    for (const [path, text] of [...french, ...english]) expect(text, path).not.toContain("'")
  })
  it('count as each language counts: zero is singular in French', () => {
    expect(fr.planner.diagram.sentence(3, 0)).toContain('0 interrupteur ouvert')
    expect(en.planner.diagram.sentence(3, 0)).toContain('0 open switches')
  })
})
