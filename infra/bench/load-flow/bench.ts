/**
 * Speed of the load flow and of the state estimate.
 *   npm run bench:load-flow -- [--json] [--quick]
 */
import { districtYear } from './district-year.ts'
import { batches, speed, threads } from './speed.ts'

await speed()
await batches()
await threads()
await districtYear()
