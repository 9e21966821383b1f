export { openEmbeddedReader, type EmbeddedOptions } from './reader.ts'
export { openEmbeddedStore } from './store.ts'
