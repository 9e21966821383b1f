/** The API of the service with releases from memory, in a process of its own: `node public-api.ts PORT`. */
import { buildApp } from '#services/api/app.ts'
import { exampleDeps } from '#services/api/example-deps.ts'

const { deps, dispose } = exampleDeps({ shedAfterMs: 2_000 })
const app = await buildApp(deps)
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
process.once('SIGTERM', () => void app.close().then(dispose))
