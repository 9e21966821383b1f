/** `node services/config/district-schema.ts` writes docs/district.schema.json, for editors that check while one types. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { District } from '#models/district/schema.ts'

export const SCHEMA_FILE = join(import.meta.dirname, '../../docs/district.schema.json')

/** The published JSON Schema; the same schema gives the same bytes. */
export function districtSchemaText(): string {
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...District }, null, 2)}\n`
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, districtSchemaText())
