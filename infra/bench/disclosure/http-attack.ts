/** The attacker of infra/attack over large worlds: 18 months of one, and border after border of many until there are 500 targets. */
import { highsSolver } from '#services/compute/highs.ts'
import { runCampaign, type Campaign } from '../../attack/campaign.ts'
import { allowedHits, type GuessScore } from '../../attack/guesses.ts'
import type { printer } from '../load-flow/print.ts'

const FROM = Date.parse('2024-08-10T00:00:00Z')
const SMALL = { homesAZone: 110, shopsByZone: [30, 26, 24, 6, 2], bakeries: 8, largeSites: 3, holdersABorder: 20 }
const LARGE = { homesAZone: 300, shopsByZone: [60, 55, 50, 28, 7], bakeries: 12, largeSites: 5, holdersABorder: 30 }

export async function attackWorlds(print: ReturnType<typeof printer>, quick: boolean): Promise<void> {
  const solver = await highsSolver()
  const begun = performance.now()
  const campaigns: Campaign[] = []
  const main = quick ? { world: { seed: 1, ...SMALL }, months: 3 } : { world: { seed: 1, ...LARGE }, months: 18 }
  campaigns.push(await runCampaign({ ...main, from: FROM, isGuarded: true }, solver))
  const targets = () => campaigns.reduce((sum, { changes }) => sum + changes.targets, 0)
  for (let seed = 2; !quick && targets() < 500; seed += 1) campaigns.push(await runCampaign({ world: { seed, ...SMALL }, from: FROM, months: 12, isGuarded: true }, solver))
  const months = campaigns.flatMap((campaign) => campaign.months)
  const recovered = months.reduce((sum, month) => sum + month.recovered.length, 0)
  const [holders, tight] = [months.reduce((sum, { intervals }) => sum + intervals.holders, 0), months.reduce((sum, { intervals }) => sum + intervals.tooTight.length, 0)]
  print('attack: worlds published and read over HTTP', campaigns.length, '')
  print('attack: months attacked', months.length, '')
  print('attack: sums that follow from what was shown', months.reduce((sum, month) => sum + month.derived, 0), '')
  print('attack: unsafe sums recovered exactly', recovered, '', '0', recovered === 0)
  print('attack: holders x months whose interval was computed', holders, '')
  print('attack: of these with an interval wide enough', 100 * (1 - tight / holders), '%', '100', tight === 0)
  const revised = campaigns.reduce((sum, campaign) => sum + campaign.revised.length, 0)
  print('attack: figures that came back different', revised, '', '0', revised === 0)
  for (const kind of ['changes', 'silences', 'nights'] as const) {
    const score = campaigns.map((campaign) => campaign[kind]).reduce<GuessScore>((sum, one) => ({ targets: sum.targets + one.targets, hits: sum.hits + one.hits, blindHits: sum.blindHits + one.blindHits }), { targets: 0, hits: 0, blindHits: 0 })
    print(`attack: ${kind}: targets`, score.targets, '')
    print(`attack: ${kind}: hits within 20 %, a blind guess has ${score.blindHits}`, score.hits, '', `<= ${allowedHits(score)}`, score.hits <= allowedHits(score))
  }
  const open = await runCampaign({ world: main.world, from: FROM, months: 1, isGuarded: false }, solver)
  const [there, found] = open.months.reduce(([all, some], month) => [all + month.targets, some + month.recovered.filter(({ from, to }) => to - from > 27 * 86_400_000).length], [0, 0])
  print('attack: planted sums recovered with the rules at their weakest', (100 * found) / there, '%', '>= 90', found >= 0.9 * there)
  print('attack: seconds', (performance.now() - begun) / 1000, 's')
}
