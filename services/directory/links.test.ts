import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newCode, normalCode } from './code-text.ts'
import { CODE_LIMIT_MS, WRONG_CODES_A_PERSON, WRONG_CODES_WINDOW_MS, type NewCode } from './codes-port.ts'
import { openDirectory } from './directory.ts'
import type { NewLink } from './links-port.ts'
import type { Directory } from './port.ts'

let folder: string
let now: number
let directory: Directory
let agent: number
let person: number
let friend: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-links-'))
  now = 1_000_000
  directory = openDirectory(join(folder, 'directory.sqlite'), () => now)
  const enrol = (subject: string) => directory.enrol({ issuer: 'i', subject, name: subject, roles: ['resident'], holders: [] })
  ;[agent, person, friend] = [enrol('agent'), enrol('person'), enrol('friend')]
})
afterEach(() => {
  directory.close()
  rmSync(folder, { recursive: true, force: true })
})
const linkOf = (more: Partial<NewLink> = {}) =>
  directory.links.add({ personId: person, holder: 'h', from: 0, to: Infinity, origin: 'administrator', grantedBy: agent, endsAt: Infinity, parentLink: null, ...more })
const codeOf = (more: Partial<NewCode> = {}) =>
  directory.codes.make({ kind: 'letter', holder: 'h', deliveryPoint: 'dp', parentLink: null, from: 0, linkEndsAt: Infinity, madeBy: agent, ...more })
const holdersOf = (personId: number) => directory.principal(personId)!.holders.map(({ holder }) => holder)
const redeem = (code: string, by = person, right = true) => directory.codes.redeem(by, code, () => right)

test('a link says where it comes from, opens until its day, and can be ended at once', () => {
  const link = linkOf({ endsAt: now + 10 })
  expect(directory.links.of(person)).toEqual([{ ...link, origin: 'administrator', grantedBy: agent, grantedAt: now }])
  expect(holdersOf(person)).toEqual(['h'])
  now += 10
  expect(holdersOf(person)).toEqual([])
  expect(directory.links.end(link.linkId, agent)).toBe(false)
  const second = linkOf()
  expect(directory.links.end(second.linkId, agent)).toBe(true)
  expect(directory.links.all()).toEqual([])
})

test('a delegation is over with the link it stands on, by its end or by its day', () => {
  const [ended, dated] = [linkOf(), linkOf({ holder: 'dated', endsAt: now + 5 })]
  for (const parent of [ended, dated]) linkOf({ personId: friend, holder: parent.holder, origin: 'delegation', grantedBy: person, endsAt: now + 1_000, parentLink: parent.linkId })
  expect(holdersOf(friend)).toEqual(['dated', 'h'])
  expect(directory.links.delegatedBy(person)).toHaveLength(2)
  now += 5
  expect(holdersOf(friend)).toEqual(['h'])
  directory.links.end(ended.linkId, agent)
  expect(holdersOf(friend)).toEqual([])
  expect(directory.links.delegatedBy(person)).toEqual([])
})

test('a code makes its link once, as it was made, however it is typed', () => {
  const { code } = codeOf({ from: 7, linkEndsAt: now + 500 })
  expect(redeem(` ${code.toLowerCase().replaceAll('-', ' – ')} `)).toMatchObject({ personId: person, holder: 'h', from: 7, origin: 'letter', grantedBy: agent, endsAt: now + 500 })
  expect(() => redeem(code, friend)).toThrow(/PF_CODE_REFUSED/)
  expect(holdersOf(friend)).toEqual([])
})

test('used, withdrawn, replaced, expired, no longer right and invented: all answer alike', () => {
  const refusal = (code: string, right = true): string => {
    try {
      redeem(code, friend, right)
      return 'it was taken'
    } catch (error) {
      // Each refusal counts; the window is left between them.
      now += WRONG_CODES_WINDOW_MS + 1
      return (error as Error).message
    }
  }
  const [replaced, elsewhere, withdrawn] = [codeOf(), codeOf({ deliveryPoint: 'dp-2' }), codeOf({ holder: 'h2' })]
  const used = codeOf()
  redeem(used.code)
  directory.codes.withdraw(withdrawn.codeId)
  const parent = linkOf()
  const orphan = codeOf({ kind: 'delegation', deliveryPoint: null, parentLink: parent.linkId })
  directory.links.end(parent.linkId, person)
  const refusals = [replaced, withdrawn, used, orphan].map(({ code }) => refusal(code))
  refusals.push(refusal(elsewhere.code, false), refusal(newCode()), refusal('no code at all'))
  const old = codeOf()
  now += CODE_LIMIT_MS.letter
  refusals.push(refusal(old.code))
  expect(new Set(refusals)).toEqual(new Set([refusals[0]]))
  expect(refusals[0]).toMatch(/PF_CODE_REFUSED/)
})

test('guesses are counted, and after a few even the right code waits', () => {
  const { code } = codeOf()
  for (let i = 0; i < WRONG_CODES_A_PERSON; i += 1) expect(() => redeem(newCode())).toThrow(/PF_CODE_REFUSED/)
  expect(() => redeem(code)).toThrow(/PF_TOO_MANY_CODES/)
  expect(directory.codes.refusedSince(now - 1)).toBe(WRONG_CODES_A_PERSON)
  now += WRONG_CODES_WINDOW_MS
  expect(redeem(code).holder).toBe('h')
})

test('the file holds no code', () => {
  const { code } = codeOf()
  directory.close()
  const text = readFileSync(join(folder, 'directory.sqlite'), 'latin1')
  expect(text).not.toContain(code)
  expect(text).not.toContain(code.replaceAll('-', ''))
  directory = openDirectory(join(folder, 'directory.sqlite'), () => now)
})

test('every code reads back from what people make of it, and nothing else reads as a code', () => {
  fc.assert(fc.property(fc.constantFrom(' ', '-', ' – ', '.', ''), fc.boolean(), (between, small) => {
    const code = newCode()
    const typed = code.replaceAll('-', between).replaceAll('0', small ? 'o' : 'O').replaceAll('1', small ? 'l' : 'I')
    expect(normalCode(small ? typed.toLowerCase() : typed)).toBe(code)
  }))
  fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => { expect(normalCode(text) ?? '0000-0000-0000-0000').toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-?){4}$/) }))
  expect(normalCode('7H3K-0QZD-V5MN-8RT')).toBeUndefined()
  expect(normalCode('7H3K-0QZD-V5MN-8RTU')).toBeUndefined()
})
