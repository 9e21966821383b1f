/** Where a number that decides something comes from. It travels with the result, so that a reader can check it. */
export interface Source {
  readonly title: string
  /** Date of the text or data, ISO, a year at least; where it bears none, when it was read. */
  readonly dated: string
  readonly address?: string
  /** read: in the text itself; reported: by another serious source; computed: by us from the data named; usual: practice of the trade, no text read. */
  readonly sure: 'read' | 'reported' | 'computed' | 'usual'
}
