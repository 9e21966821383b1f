/** What a report says, whatever it is written in. */
export interface ReportTable {
  /** The first column is text, the others are numbers. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface ReportSection {
  readonly heading: string
  readonly facts?: readonly (readonly [string, string])[]
  readonly paragraphs?: readonly string[]
  /** SVG; where it cannot be shown the table says the same. */
  readonly chart?: string
  readonly table?: ReportTable
  readonly list?: readonly string[]
}

export interface ReportContent {
  readonly language: string
  readonly title: string
  /** What opens the table behind a chart. */
  readonly numbers: string
  readonly sections: readonly ReportSection[]
}
