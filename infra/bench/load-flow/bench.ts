/**
 * Speed of the load flow, of N-1 and of the state estimate.
 *   npm run bench:load-flow -- [--json] [--quick]
 */
import { districtYear } from './district-year.ts'
import { nMinusOne } from './n-1.ts'
import { batches, speed, threads } from './speed.ts'
import { unbalanced } from './unbalanced.ts'

await speed()
await batches()
await threads()
await unbalanced()
await nMinusOne()
await districtYear()
