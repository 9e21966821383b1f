import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import { districtSchemaText, SCHEMA_FILE } from './district-schema.ts'

test('docs/district.schema.json is what the code says (else: node services/config/district-schema.ts)', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(districtSchemaText())
})

test('the published schema alone takes a sound district and refuses a wrong one', () => {
  const ajv = new Ajv({ strict: true, strictTypes: false })
  formats.default(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')))
  expect(validate(sampleDistrict())).toBe(true)
  expect(validate({ ...sampleDistrict(), zones: [] })).toBe(false)
})
