import { fault, pointerKey, type Fault } from '#models/district/fault.ts'

/** A parsed file of the folder. */
export interface DistrictFile {
  readonly name: string
  readonly content: unknown
}

export interface MergedDocument {
  readonly document: unknown
  /** Contradictions between files. */
  readonly faults: readonly Fault[]
  /** The file a value of the merged document came from, and the path it has there. */
  origin(path: string): { readonly file: string; readonly path: string } | undefined
}

/** Where one value, or the elements of a list from an index on, came from. */
interface Origin {
  readonly file: string
  readonly fromIndex: number
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Merges files into one document: objects are united, lists put one after the other, single values must agree. */
export function mergeDocuments(files: readonly DistrictFile[]): MergedDocument {
  const origins = new Map<string, Origin[]>()
  const faults: Fault[] = []
  const note = (path: string, file: string, fromIndex = 0) => {
    const known = origins.get(path)
    if (known === undefined) origins.set(path, [{ file, fromIndex }])
    else known.push({ file, fromIndex })
  }
  const merge = (target: Record<string, unknown>, source: Record<string, unknown>, path: string, file: string): void => {
    for (const [key, value] of Object.entries(source)) {
      const here = `${path}/${pointerKey(key)}`
      const present = Object.hasOwn(target, key) ? target[key] : undefined
      if (Array.isArray(value) && (present === undefined || Array.isArray(present))) {
        note(here, file, present?.length ?? 0)
        define(target, key, [...(present ?? []), ...value])
      } else if (isObject(value) && (present === undefined || isObject(present))) {
        note(here, file)
        if (present === undefined) define(target, key, {})
        merge(target[key] as Record<string, unknown>, value, here, file)
      } else if (present === undefined) {
        note(here, file)
        define(target, key, value)
      } else if (present !== value) {
        const other = origins.get(here)?.[0]?.file ?? '?'
        faults.push({ ...fault('PF_DISTRICT_CONFLICT', here, `${JSON.stringify(value)} here, but ${JSON.stringify(present)} in ${other}.`), file })
      }
    }
  }
  const document: Record<string, unknown> = {}
  for (const { name, content } of files) {
    if (isObject(content)) merge(document, content, '', name)
    else if (content !== null) faults.push({ ...fault('PF_DISTRICT_SCHEMA', '', 'The file does not hold an object with keys of the district document.', 'Begin with a key such as "sites:".'), file: name })
  }

  return {
    document,
    faults,
    origin(path) {
      for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
        const found = origins.get(prefix)
        if (found === undefined) continue
        const rest = path.slice(prefix.length)
        const index = /^\/(\d+)(.*)$/.exec(rest)
        if (index === null) return { file: found[0].file, path }
        const position = Number(index[1])
        const { file, fromIndex } = found.findLast((origin) => origin.fromIndex <= position) ?? found[0]
        return { file, path: `${prefix}/${position - fromIndex}${index[2]}` }
      }
      return undefined
    },
  }
}

/** As an own property even for names such as `__proto__`: a document is never able to reach a prototype. */
const define = (target: Record<string, unknown>, key: string, value: unknown): void =>
  void Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
