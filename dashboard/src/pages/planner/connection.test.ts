import { describe, expect, it } from 'vitest'
import type { ConnectionStudyView } from '#contract/connection-study.ts'
import { en } from '../../i18n/en.ts'
import { fr } from '../../i18n/fr.ts'
import { conclusion, connectionPlaces, readChoice, writeChoice } from './connection.ts'

const study = (changes: Partial<ConnectionStudyView>) => ({ node: 'P05.B04', kva: 250, holds: true, fitsFirmKva: 180, binding: null, normal: { holds: true, state: 'N', brokenBeforeHours: 0 }, outages: [], ...changes }) as ConnectionStudyView
const say = { apparent: (kva: number) => `${kva} kVA` }

describe('the question in the address', () => {
  it('comes back as it was', () => {
    const choice = { node: 'P05.D1.J2', kva: 36, profile: 'constant', tanPhi: -0.1 }
    expect(readChoice(writeChoice(choice))).toEqual(choice)
  })
  it('is no question when something is missing or no number', () => {
    for (const text of [undefined, '', 'P05', 'P05~x~constant~0', 'P05~-3~constant~0', 'P05~3~constant~x', '~3~constant~0']) expect(readChoice(text)).toBeUndefined()
  })
})

describe('the answer in one sentence', () => {
  it('says that it fits', () => expect(conclusion(study({}), en.planner.connection, say)).toContain('250 kVA'))
  it('names the limit, the outage and what fits', () => {
    const limited = study({ holds: false, binding: { state: 'R17', at: 0, kind: 'current', element: 'R01', value: 100.1 } })
    for (const words of [fr.planner.connection, en.planner.connection]) {
      const said = conclusion(limited, words, say)
      for (const part of ['250 kVA', '180 kVA', 'R01', 'R17']) expect(said).toContain(part)
    }
    expect(conclusion(study({ holds: false, normal: { holds: false, state: 'N', brokenBeforeHours: 0 } as never, binding: { state: 'N', at: 0, kind: 'voltage-low', element: 'P05.D1.J2', value: 0.89 } }), en.planner.connection, say)).not.toContain('loss of')
  })
  it('says when a limit is broken already', () => {
    const before = study({ holds: false, fitsFirmKva: 0, outages: [{ state: 'R17', brokenBeforeHours: 3 }] as never, binding: { state: 'R17', at: 0, kind: 'current', element: 'R01', value: 101 } })
    expect(conclusion(before, en.planner.connection, say)).toMatch(/already.*R01.*R17/)
  })
  it('does not call good what is not known', () => {
    expect(conclusion(study({ holds: false, fitsFirmKva: 0, binding: { state: 'N', at: 0, kind: 'not-solved', element: null, value: null } }), en.planner.connection, say)).toMatch(/not computed/)
  })
})

it('places are grouped by substation and none is lost', () => {
  const network = { substations: [{ id: 'P05', name: 'Parking' }, { id: 'V01', name: 'Ville' }, { id: 'X', name: 'X' }], busbars: [{ id: 'P05.B04', substation: 'P05' }, { id: 'V01.B20', substation: 'V01' }], junctions: [{ id: 'P05.D1.J1' }] }
  expect(connectionPlaces(network as never)).toEqual([{ name: 'Parking', nodes: ['P05.B04', 'P05.D1.J1'] }, { name: 'Ville', nodes: ['V01.B20'] }])
})
