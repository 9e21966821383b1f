/** What the attacker knows beside the published figures: who lives and trades where, since when, and how much power each has subscribed. */
import { ZONES, type World, type WorldHolder } from './world.ts'

/** Holders that no published sum tells apart, seen from outside: one zone and category. Public bodies' figures are known. */
export interface Atom {
  readonly name: string
  readonly holders: readonly WorldHolder[]
  readonly isPublic: boolean
}

/** The cohort as anybody can guess it: those who were there when the quarter began. */
export function atomsAt(world: World, quarter: number): readonly Atom[] {
  const here = world.holders.filter(({ from, to }) => from <= quarter && quarter < to)
  const atoms = ZONES.flatMap((zone) => (['residential', 'professional'] as const).flatMap((category): Atom[] => {
    const inside = here.filter((holder) => holder.zone === zone && holder.category === category)
    return [
      { name: `${zone}/${category}`, holders: inside.filter(({ trade }) => trade !== 'town'), isPublic: false },
      { name: `${zone}/${category}/town`, holders: inside.filter(({ trade }) => trade === 'town'), isPublic: true },
    ]
  }))
  return atoms.filter(({ holders }) => holders.length > 0)
}

/** Which atoms a cell is the sum of, by the words of its id. */
export function maskOf(cell: string, atoms: readonly Atom[]): number {
  return atoms.reduce((mask, { holders: [one] }, i) => (isInCell(one!, cell) ? mask | (1 << i) : mask), 0)
}

/** `district`, `zone:a+b`, `zone:a+b/residential`, or a category of the whole district by its name alone. */
export function isInCell({ zone, category }: Pick<WorldHolder, 'zone' | 'category'>, cell: string): boolean {
  return cell.split('/').every((part) => part === 'district' || part === category || (part.startsWith('zone:') && part.slice(5).split('+').includes(zone)))
}

export interface Judged {
  readonly holders: number
  readonly isUnsafe: boolean
}

/** The yardstick of the policy, written down here a second time: fewer than 11 holders, or one who stands out against the others. */
export function judge(world: World, holders: readonly WorldHolder[], from: number, to: number): Judged {
  const [first = 0, second = 0, ...others] = holders.map(({ holderId }) => world.truth(holderId, from, to)).sort((a, b) => b - a)
  const rest = others.reduce((sum, kwh) => sum + kwh, 0)
  return { holders: holders.length, isUnsafe: holders.length < 11 || rest < 0.2 * first || first > 0.85 * (first + second + rest) }
}
