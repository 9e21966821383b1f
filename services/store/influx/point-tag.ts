/**
 * The name of a point as the value of the tag `point`. What line protocol cannot carry in a tag (control characters, a
 * backslash, nothing at all) is written in percent form, so that every name comes back as it was.
 */
const NOT_CARRIED = /[\u0000-\u001f\u007f%\\]/g
const EMPTY = '%'

export const tagOf = (name: string): string => (name === '' ? EMPTY : name.replace(NOT_CARRIED, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`))
export const nameOfTag = (tag: string): string => (tag === EMPTY ? '' : tag.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))))

/** As it stands in a line: comma, equals sign and space have a backslash before them. */
export const tagInLine = (name: string): string => tagOf(name).replace(/[,= ]/g, '\\$&')
/** As it stands in InfluxQL, between single quotes. */
export const tagInQuery = (name: string): string => `'${tagOf(name).replaceAll("'", "\\'")}'`
export const quoted = (identifier: string): string => `"${identifier.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
