import { readFileSync } from 'node:fs'
import { learnSecret } from '#services/telemetry/secrets.ts'

/** A secret is never in the district document: an option names the variable, which holds it or, as NAME_FILE, the path of a file. */
export function secretOf(variable: string, environment: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const secret = read(variable, environment)
  learnSecret(secret)
  return secret
}

function read(variable: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const value = environment[variable]
  if (value !== undefined && value !== '') return value
  const file = environment[`${variable}_FILE`]
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

export const isVariableName = (text: unknown): text is string => typeof text === 'string' && /^[A-Z][A-Z0-9_]{0,99}$/.test(text)
