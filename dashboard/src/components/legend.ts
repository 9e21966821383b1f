export interface LegendKey {
  readonly label: string
  /** A custom property of tokens.css. */
  readonly colour: string
  readonly stroke: 'solid' | 'dashed' | 'dotted' | 'hatched' | 'band' | 'dot'
  /** Of a band, as it is drawn. */
  readonly opacity?: number
}
