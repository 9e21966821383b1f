export { openInfluxReader, openInfluxStore, type InfluxOptions } from './store.ts'
export { readInfluxSettings, type InfluxSettings } from './settings.ts'
