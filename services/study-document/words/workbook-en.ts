import type { workbookFr } from './workbook-fr.ts'

/** Sheets and headings of the workbook in English. */
export const workbookEn = {
  sheets: { summary: 'Summary', elements: 'Elements by year', futures: 'Future loads', portfolios: 'Solutions', remaining: 'Still exceeded', measures: 'Measures by year', sensitivity: 'Sensitivity', prices: 'Prices', sources: 'Sources', unsupplied: 'Dark after outages', unpriced: 'Options without a price' },
  figure: 'Figure', value: 'Value', unit: 'Unit', answer: 'Answer', first: 'First year too small', avoided: 'Avoided, present value', deferred: 'Gained by deferring, present value', deferredWorks: 'Works deferred, amount', saved: 'Saving of the recommended solution',
  factor: 'Break-even, factor on prices', breakEven: 'Break-even, price of the works', normal: 'Normal states solved', outage: 'States after outages solved', screened: 'Low-voltage states screened out', low: 'Low-voltage states solved', notSettled: 'States not settled', measuredShare: 'Measured share of energy',
  modelMean: 'Mean error of the model at feeder heads', modelLargest: 'Largest error of the model', losses: (year: number) => `Losses ${year}, expected`,
  darkOutages: 'Outages that leave load dark', darkPeak: 'Dark load, at most', unpricedCount: 'Options left out for want of a price', outageOf: 'Loss of', darkKw: 'Dark at most, kW', missing: 'Missing prices',
  id: 'Id', name: 'Name', kind: 'Kind', level: 'Level', group: 'Feeder or substation', limit: 'Limit', year: 'Year', probability: 'Probability (0 to 1)', probabilityNormal: 'Probability, normal state (0 to 1)',
  hours: ['Hours a year, least', 'Hours a year, expected', 'Hours a year, most'], energy: ['Energy above, MWh, least', 'Energy above, MWh, expected', 'Energy above, MWh, most'], peak: ['Peak, % of limit, least', 'Peak, % of limit, expected', 'Peak, % of limit, most'], state: 'Worst state (N or outage)', worstAt: 'Worst hour, calendar of the first year, UTC',
  scenario: 'Scenario', weather: 'Weather', step: 'Step', stepEnergy: 'Energy added, MWh a year', stepPeak: 'Added at the peak, kW', total: 'total',
  portfolio: 'Solution', status: 'Does it hold?', recommended: 'Recommended', cost: 'Expected present cost, €', costOf: (scenario: string) => `Present cost, ${scenario}, €`, regret: 'Worst regret, €', lossesMwh: 'More losses than doing nothing, MWh', co2: 'More CO₂, t', notServed: 'Not served, MWh', rounds: 'Rounds', linear: 'Linear error, % of limit',
  element: 'Element', worstPct: 'Worst, % of limit', hoursOver: 'Hours',
  option: 'Option', measure: 'Measure', place: 'Where', from: 'From', once: 'Once, €', yearly: 'Every year, €', activation: 'Activations, €', residual: 'Left at the end, €', totalEur: 'Total, €', notice: 'Notice, h', amount: (year: number) => `Amount ${year}`, changes: 'Becomes',
  parameter: 'Assumption', lowValue: 'Low value', highValue: 'High value', lowCost: 'Cost, low, €', highCost: 'Cost, high, €', lowYear: 'First year, low', highYear: 'First year, high',
  item: 'Item', eur: 'Price, €', source: 'Source', dated: 'Date', sure: 'How sure', address: 'Address', title: 'Title', district: 'District', version: 'Description of the district', computed: 'Computed on', engine: 'Software', illustrative: 'Notice',
} satisfies typeof workbookFr
