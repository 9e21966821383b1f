/** A data set as a file. */
import { parquetWriteBuffer } from 'hyparquet-writer'
import { toCsv } from '#services/api/csv.ts'
import type { ReleaseReader } from '../port.ts'
import { COLUMNS, rowsOf, type Column, type Dataset, type FileFormat, type Row } from './datasets.ts'

export const MEDIA_TYPES: Readonly<Record<FileFormat, string>> = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8', parquet: 'application/vnd.apache.parquet' }
const PARQUET_TYPES = { datetime: 'TIMESTAMP', number: 'DOUBLE', integer: 'INT32', string: 'STRING' } as const

export interface DatasetFiles {
  file(dataset: Dataset, format: FileFormat): Promise<string | Buffer>
}

/** A file is looked at again after so long, and made anew when there is a new release or one has been withdrawn: not at every request. */
const FRESH_MS = 10_000

export function datasetFiles(releases: ReleaseReader): DatasetFiles {
  const made = new Map<string, { state: string; content: string | Buffer; lookedAtMs: number }>()
  return {
    async file(dataset, format) {
      const key = `${dataset.id}.${format}`
      const known = made.get(key)
      if (known !== undefined && performance.now() - known.lookedAtMs < FRESH_MS) return known.content
      const rows = await rowsOf(releases, dataset)
      const state = `${rows.length} ${String(rows[0]?.['release'])} ${String(rows.at(-1)?.['release'])}`
      const content = known?.state === state ? known.content : write(COLUMNS[dataset.kind], rows, format)
      made.set(key, { state, content, lookedAtMs: performance.now() })
      return content
    },
  }
}

function write(columns: readonly Column[], rows: readonly Row[], format: FileFormat): string | Buffer {
  if (format === 'json') return JSON.stringify(rows)
  if (format === 'csv') return toCsv(columns.map(({ name }) => name), rows.map((row) => columns.map(({ name }) => row[name])))
  return Buffer.from(parquetWriteBuffer({
    columnData: columns.map(({ name, type, isRequired }) => ({ name, type: PARQUET_TYPES[type], nullable: !isRequired, data: rows.map((row) => valueOf(row[name], type)) })),
    createdBy: 'penfeld',
  }))
}

function valueOf(value: string | number | null | undefined, type: Column['type']): string | number | Date | null {
  if (value === null || value === undefined) return null
  return type === 'datetime' ? new Date(value) : value
}

/** The data dictionary of a data set: Table Schema with the fields that schema.data.gouv.fr (SCDL) asks for. */
export function tableSchema({ id, kind }: Dataset, address: string, version: string): object {
  return {
    $schema: 'https://frictionlessdata.io/schemas/table-schema.json', name: id, title: id, path: address, version, lang: 'fr', encoding: 'utf-8',
    fields: COLUMNS[kind].map(({ name, type, isRequired, title }) => ({
      name, title: title.fr, description: `${title.fr} / ${title.en}`, type, ...(type === 'datetime' ? { format: '%Y-%m-%dT%H:%M:%S.%fZ' } : {}), constraints: { required: isRequired },
    })),
    missingValues: [''],
  }
}
