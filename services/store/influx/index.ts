export { Acknowledged } from './acknowledged.ts'
export { openForwardedEntries } from './forwarded-entries.ts'
export { openInfluxReader, openInfluxStore, openServerReader, type InfluxOptions } from './store.ts'
export { readInfluxSettings, type InfluxSettings } from './settings.ts'
