import type { Environment } from '#services/config/environment.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'

/** What the person at the terminal needs once the pages answer: where to look, and as whom to sign in. */
export async function welcome(environment: Environment, { district }: LoadedDistrict): Promise<readonly string[]> {
  const base = `http://127.0.0.1:${environment.portHttp}`
  const lines = [
    '',
    `Penfeld runs for ${district.name.fr}.`,
    `  Public page, no sign-in   ${base}/quartier`,
    `  Shopkeeper                ${base}/commerce`,
    `  Grid planner              ${base}/planification`,
    `  Operator                  ${base}/exploitation`,
    `  API document              ${base}/api/openapi.json`,
  ]
  if (environment.demo) {
    const { SAMPLE_PEOPLE } = await import('#services/identity/sample-people.ts')
    lines.push('', 'Sample people (choose one on the sign-in page, there is no password):')
    for (const person of SAMPLE_PEOPLE) lines.push(`  ${person.name.padEnd(25)} ${person.what}`)
    lines.push('', 'This is a demonstration: the network is illustrative, the load shapes are measured ones rescaled to it.')
  }
  lines.push('', 'Ctrl-C stops it.')
  return lines
}
