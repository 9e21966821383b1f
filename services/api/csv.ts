import type { FastifyReply, FastifyRequest } from 'fastify'

export type Cell = string | number | boolean | null | undefined
export type Table = readonly (readonly Cell[])[]

/** Comma-separated, one header row, ISO instants made by the caller; what a spreadsheet would run as a formula is disarmed. */
export function toCsv(header: readonly string[], rows: Table): string {
  return csvRows([header, ...rows])
}

/** Rows alone, for a table that is sent in pieces. */
export const csvRows = (rows: Table): string => rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('')

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  const text = String(cell)
  const disarmed = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return disarmed !== text || /[",\r\n]/.test(text) ? `"${disarmed.replaceAll('"', '""')}"` : text
}

export const isoTime = (at: number | null): string | null => (at === null || !Number.isFinite(at) ? null : new Date(at).toISOString())

/** Sends the body as JSON, or as rows when the query or the Accept header asks for CSV. */
export function answer<T>(request: FastifyRequest, reply: FastifyReply, body: T, table: (body: T) => { header: readonly string[]; rows: Table }): T {
  const { format } = request.query as { format?: string }
  void reply.header('vary', 'accept')
  if (format !== 'csv' && (format === 'json' || !(request.headers.accept ?? '').includes('text/csv'))) return body
  const { header, rows } = table(body)
  const name = request.routeOptions.url?.split('/').filter((part) => part !== '' && !part.startsWith(':')).slice(1).join('-') ?? 'penfeld'
  void reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}.csv"`)
  // The typed reply knows JSON only; a string is sent as it is.
  return toCsv(header, rows) as unknown as T
}
