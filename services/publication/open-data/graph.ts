/** A few statements of RDF and their two ways of being written down. */
export type Value =
  | { readonly iri: string }
  | { readonly text: string; readonly lang?: string }
  | { readonly typed: string; readonly type: string }
export interface Subject {
  readonly iri: string
  /** Short names such as `dct:title`, in order. */
  readonly statements: readonly (readonly [predicate: string, value: Value])[]
}

export const PREFIXES: Readonly<Record<string, string>> = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', dcat: 'http://www.w3.org/ns/dcat#', dct: 'http://purl.org/dc/terms/', foaf: 'http://xmlns.com/foaf/0.1/',
  xsd: 'http://www.w3.org/2001/XMLSchema#', dcatap: 'http://data.europa.eu/r5r/',
}

const TURTLE_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const quoted = (text: string): string => `"${text.replace(/[\\"\n\r\t]/g, (letter) => TURTLE_ESCAPES[letter]!)}"`
/** What may not stand between < and > is written by its number. */
const bracketed = (iri: string): string => `<${iri.replace(/[\x00-\x20<>"{}|^`\\]/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)}>`

function turtleValue(value: Value): string {
  if ('iri' in value) return value.iri.includes('://') || value.iri.startsWith('mailto:') ? bracketed(value.iri) : value.iri
  if ('text' in value) return `${quoted(value.text)}${value.lang === undefined ? '' : `@${value.lang}`}`
  return `${quoted(value.typed)}^^${value.type}`
}

export function toTurtle(subjects: readonly Subject[]): string {
  const prefixes = Object.entries(PREFIXES).map(([name, iri]) => `@prefix ${name}: <${iri}> .\n`).join('')
  const blocks = subjects.map(({ iri, statements }) => `\n${bracketed(iri)}\n${statements.map(([predicate, value]) => `  ${predicate === 'rdf:type' ? 'a' : predicate} ${turtleValue(value)}`).join(' ;\n')} .\n`)
  return prefixes + blocks.join('')
}

function jsonValue(value: Value): object | string {
  if ('iri' in value) return { '@id': value.iri }
  if ('text' in value) return value.lang === undefined ? value.text : { '@value': value.text, '@language': value.lang }
  return { '@value': value.typed, '@type': value.type }
}

export function toJsonLd(subjects: readonly Subject[]): string {
  const graph = subjects.map(({ iri, statements }) => {
    const types = statements.filter(([predicate]) => predicate === 'rdf:type').map(([, value]) => ('iri' in value ? value.iri : ''))
    const rest = Map.groupBy(statements.filter(([predicate]) => predicate !== 'rdf:type'), ([predicate]) => predicate)
    return { '@id': iri, '@type': types, ...Object.fromEntries([...rest].map(([predicate, values]) => [predicate, values.length === 1 ? jsonValue(values[0]![1]) : values.map(([, value]) => jsonValue(value))])) }
  })
  return JSON.stringify({ '@context': PREFIXES, '@graph': graph })
}
