import type { tenderFr } from './tender-fr.ts'

/** Of the sheet by which flexibility is asked for, in English. */
export const tenderEn = {
  title: (district: string) => `Call for flexibility: ${district}`,
  subject: 'Tender sheet of local flexibility',
  intro: (buyer: string, lots: number, from: number, to: number) => `${buyer} seeks ${lots === 1 ? 'one flexibility' : `${lots} flexibilities`} for the network of this district between ${from} and ${to}. The amounts come from the study of reinforcement attached.`,
  noBuyer: 'The buyer (network operator, to be named)',
  none: 'The study needs no flexibility: there is nothing to buy.',
  noRecommendation: 'The study recommends nothing, since no solution holds: no sheet can be made.',
  lotsHeading: 'The lots', lot: (index: number, what: string) => `Lot ${index}: ${what}`,
  caption: 'What is asked for', term: 'Term', value: 'Asked for',
  buyer: 'Buyer', seller: 'Likely seller', aggregator: 'Likely aggregator', perimeter: 'Perimeter', power: (unit: string) => `Power, ${unit}`, powerIn: (year: string, power: string) => `${year}: ${power}`, hours: 'Hours called a year', hoursAtMost: (spread: string, most: string) => `${spread} expected; ${most} at most by contract`, energy: 'Energy a year', times: 'When', notice: 'Notice', longest: 'Longest call', rebound: 'Rebound tolerated', reboundOf: (share: string, hours: string) => `${share} of the energy, within ${hours}`,
  availability: 'Price of availability', activation: 'Price of activation', cap: (price: string, cap: string) => `${price} in the study; cap ${cap}`, noCap: (price: string) => `${price} in the study; no cap can be established`, total: 'Total cost of the lot',
  perKwYear: 'per kW and year', perMwh: 'per MWh', unknown: 'to be specified', open: 'to be named', noticeOf: (hours: string) => `${hours} ahead`,
  timesOf: (times: string) => `worst hours of the study: ${times}`,
  rulesHeading: 'Rules',
  rules: (cap: string) => [
    `Cap: the price at which all lots together would cost as much as the reinforcement they take the place of (saving of the study: ${cap}, shared between the lots by their cost). Above it, reinforcing is cheaper.`,
    'Measurement: reduction delivered = baseline − measurement, at every step of the meter. The baseline is the mean of the same hours of the last ten comparable days without a call, or the forecast issued before the call where the contract says so.',
    'Energy that comes back after the call is measured too, and deducted beyond the rebound tolerated.',
    'Call: proposed a day ahead by the congestion forecast, approved by an operator, notified at least the notice ahead. Without communication the plant falls back to its safe state.',
    'Payment: availability for the kW held ready, activation for the MWh measured and not for the MWh asked.',
  ],
  draftNote: 'This sheet binds nobody until the study is signed and the buyer has published it.',
} satisfies typeof tenderFr
