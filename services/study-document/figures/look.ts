/** Colours of the figures on paper. What is told apart by one of them is told apart by a dash, a shape or a word too. */
export const INK = '#14181f'
export const QUIET = '#4a5361'
export const EDGE = '#dde2e9'
export const MAIN = '#1b4dcb'
export const OVER = '#7a0016'
export const PAPER = '#ffffff'
/** Of lines in one chart, in this order. */
export const LINES = [
  { color: MAIN, dash: 'solid' }, { color: '#af3a07', dash: [7, 4] }, { color: '#043219', dash: [2, 3] }, { color: '#620176', dash: [9, 3, 2, 3] },
] as const
export const WIDTH = 700
