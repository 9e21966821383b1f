import { fault, pointerKey, type Fault } from '#models/district/fault.ts'
import { learnFrom } from '#services/telemetry/secrets.ts'

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * `${NAME}` and `${NAME:-default}` in the url and the options of sources, and nowhere else: the rest of a document means
 * the same on every machine. Returns a copy; a variable that is neither set nor has a default is a fault. With `served`, only the
 * sources named there need theirs: the addresses and secrets of the others are another host's.
 */
export function fillVariables(
  document: unknown,
  variables: Readonly<Record<string, string | undefined>>,
  served?: ReadonlySet<string>,
): { document: unknown; faults: readonly Fault[] } {
  const faults: Fault[] = []
  const fill = (text: unknown, path: string): unknown =>
    typeof text !== 'string' ? text : text.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
      const value = variables[name] || fallback
      if (value !== undefined) return value
      faults.push(fault('PF_DISTRICT_VARIABLE', path, `The variable ${name} is not set.`))
      return whole
    })
  const { sources } = document as { sources?: unknown }
  if (!Array.isArray(sources)) return { document, faults }
  const filled = sources.map((source: unknown, index) => {
    if (typeof source !== 'object' || source === null) return source
    const { id, url, options } = source as { id?: unknown; url?: unknown; options?: unknown }
    if (served !== undefined && !served.has(String(id))) return source
    const path = `/sources/${index}`
    return {
      ...source,
      ...(url === undefined ? {} : { url: fill(url, `${path}/url`) }),
      ...(typeof options !== 'object' || options === null ? {} : { options: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, fill(value, `${path}/options/${pointerKey(key)}`)])) }),
    }
  })
  for (const { url, options } of filled.filter((source) => typeof source === 'object' && source !== null) as { url?: unknown; options?: unknown }[]) {
    for (const [key, value] of Object.entries({ url, ...(typeof options === 'object' ? options : {}) })) learnFrom(key, value)
  }
  return { document: { ...(document as object), sources: filled }, faults }
}
