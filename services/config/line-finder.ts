import { isMap, LineCounter, parseDocument } from 'yaml'

/**
 * Line (from 1) of a path in the text of a YAML or JSON file, of its nearest parent if the value itself is missing. A
 * text is only parsed (again, with positions) when one of its lines is asked for.
 */
export function lineFinder(texts: ReadonlyMap<string, string>): (file: string, path: string) => number | undefined {
  const parsed = new Map<string, { document: ReturnType<typeof parseDocument>; counter: LineCounter }>()
  const parsedFile = (file: string) => {
    const known = parsed.get(file)
    if (known !== undefined) return known
    const counter = new LineCounter()
    const entry = { document: parseDocument(texts.get(file) ?? '', { lineCounter: counter }), counter }
    parsed.set(file, entry)
    return entry
  }
  return (file, path) => {
    const { document, counter } = parsedFile(file)
    const keys = path.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    for (let depth = keys.length; depth > 0; depth--) {
      const parent = document.getIn(keys.slice(0, depth - 1), true)
      const key = isMap(parent) ? parent.items.find((pair) => String(pair.key) === keys[depth - 1])?.key : undefined
      const place = key ?? document.getIn(keys.slice(0, depth), true)
      const start = (place as { range?: readonly number[] } | undefined)?.range?.[0]
      if (start !== undefined) return counter.linePos(start).line
    }
    return undefined
  }
}
