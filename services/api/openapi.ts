import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

/** `/api/` is version 1: additive; a break means `/api/v2` and a `Sunset` header. */
export const openApiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Penfeld',
      version: '1',
      description: 'Instants are UTC epoch milliseconds, `at` is the start of an interval, units stand in names, missing is null. Lists answer as CSV with `format=csv` or `Accept: text/csv`.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    tags: [
      { name: 'public', description: 'Releases only; for everybody.' },
      { name: 'session', description: 'Who is asking.' },
      { name: 'merchant', description: 'Own delivery points.' },
      { name: 'planner', description: 'The electrical network.' },
      { name: 'data-officer', description: 'What is released, what is held and why.' },
      { name: 'administrator', description: 'Who may do what.' },
      { name: 'operator', description: 'Sources, jobs, what was refused.' },
    ],
  },
  transform: ({ schema, url }) => {
    const tag = url.split('/')[2]
    return { schema: { ...schema, ...(tag === undefined ? {} : { tags: [tag] }) }, url }
  },
}
