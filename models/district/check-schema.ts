import { Ajv, type ErrorObject } from 'ajv'
import formats from 'ajv-formats'
import { fault, type Fault } from './fault.ts'
import { District } from './schema.ts'

let validate: ReturnType<Ajv['compile']> | undefined

/** Compiled at first use: it costs a tenth of a second that a process without a document need not pay. */
function validator(): ReturnType<Ajv['compile']> {
  if (validate !== undefined) return validate
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true })
  formats.default(ajv, ['date-time'])
  return (validate = ajv.compile(District))
}

/** Faults of form: missing, unknown or ill-typed values, every one of them, in plain words. */
export function schemaFaults(document: unknown): Fault[] {
  const check = validator()
  if (check(document)) return []
  const errors = check.errors ?? []
  // A value that fits none of several alternatives is one fault, not one for each alternative.
  const alternatives = new Set(errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath))
  const seen = new Set<string>()
  const faults: Fault[] = []
  for (const error of errors) {
    if (error.keyword !== 'anyOf' && alternatives.has(error.instancePath) && error.schemaPath.includes('/anyOf/')) continue
    const found = inWords(error)
    const key = `${found.path} ${found.message}`
    if (!seen.has(key)) faults.push(found)
    seen.add(key)
  }
  return faults
}

function inWords({ keyword, instancePath, params, data, parentSchema, message }: ErrorObject): Fault {
  const value = shown(data)
  switch (keyword) {
    case 'required':
      return fault('PF_DISTRICT_SCHEMA', instancePath, `"${params['missingProperty']}" is missing.`, `Add "${params['missingProperty']}".`)
    case 'additionalProperties':
      return fault('PF_DISTRICT_SCHEMA', `${instancePath}/${params['additionalProperty']}`, `"${params['additionalProperty']}" is not known here.`, `Remove it, or correct its spelling; known here: ${Object.keys(parentSchema?.['properties'] ?? {}).join(', ')}.`)
    case 'anyOf': {
      const alternatives = ((parentSchema?.['anyOf'] ?? []) as { const?: unknown; type?: string }[]).map((one) => ('const' in one ? String(one.const) : one.type ?? 'an object'))
      return fault('PF_DISTRICT_SCHEMA', instancePath, `${value} is not allowed here.`, `Write one of ${[...new Set(alternatives)].join(', ')}.`)
    }
    case 'format':
      return fault('PF_DISTRICT_SCHEMA', instancePath, `${value} is not an instant.`, 'Write date and time with an offset, e.g. 2026-03-12T10:30:00+01:00.')
    case 'type':
      return fault('PF_DISTRICT_SCHEMA', instancePath, `${value} is not ${article(String(params['type']))}.`, `Write ${article(String(params['type']))}.`)
    case 'pattern':
      return fault('PF_DISTRICT_SCHEMA', instancePath, `${value} is not written as it must be.`, `Match ${params['pattern']}.`)
    default:
      return fault('PF_DISTRICT_SCHEMA', instancePath, `${value} ${message ?? 'is not allowed'}.`)
  }
}

const article = (type: string): string => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`)

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
