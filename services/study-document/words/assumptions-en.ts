import type { assumptionsFr } from './assumptions-fr.ts'

/** Of what was assumed, how the futures were made, and what the study does not know, in English. */
export const assumptionsEn = {
  heading: 'The assumptions',
  intro: (money: number, rates: string) => `Prices are in euros of ${money}, without VAT; rates are ${rates}. A range is written: likely (low–high).`,
  rates: { real: 'real, without inflation', nominal: 'nominal, inflation included' },
  scenarioCaption: (to: number) => `Scenarios; amounts in ${to}`,
  assumption: 'Assumption', scenario: 'Scenario', probability: 'Probability', growth: (load: string) => `Growth, ${load}, % a year`, homes: 'New buildings, number', homesEnergy: 'New buildings, MWh a year', arrivals: 'Large arrivals, kW', vehicles: 'Electric vehicles',
  vehicleEnergy: 'Charging of a vehicle, kWh a year', smart: 'Home charging moved by timer', heatPumps: 'Homes that go over to a heat pump', renovated: 'Homes renovated', saved: 'Heat saved by a renovation', photovoltaics: 'Photovoltaics, kWp', heatNetwork: 'Homes moved to the heat network', arrival: (kw: string, year: number) => `${kw} in ${year}`,
  weatherCaption: 'Weather years', weather: 'Weather year', made: 'How it is made', coldest: 'Coldest day, °C', mean: 'Mean, °C', source: 'Source', shift: (value: string) => `shifted by ${value} °C`, spell: (years: string, days: number) => `cold spell of ${days} days, once in ${years} years`,
  moneyCaption: 'Money', discount: 'Discount rate, % a year', inflation: 'Inflation, % a year', losses: 'Losses, € per MWh', notServed: 'Energy not served, € per MWh', co2Price: 'CO₂, € per tonne', co2: 'CO₂ of electricity, kg per MWh', value: 'Value',
  pricesCaption: 'Prices taken', usedPricesCaption: 'Prices of the measures taken in one of the solutions', item: 'Item', eur: 'Price, €', dated: 'Date', sure: 'How sure',
  transformer: (kva: string) => `Transformer ${kva} kVA`, offerKw: (offer: string) => `Offer “${offer}”, per kW and year`, offerMwh: (offer: string) => `Offer “${offer}”, per MWh`,
  cut: (count: number) => `${count} more prices are in the annex (workbook, sheet of prices).`,
  changed: 'Changed against the document of the district:', change: (path: string, from: string, to: string) => `${path}: ${from} replaced by ${to}`,
  loads: {
    heading: 'How the future loads are made',
    intro: (from: string, to: string, hours: string, share: string) => `What is measured is the beginning: from ${from} to ${to}, ${hours} hours, ${share} of the energy. To these curves the steps below are added, one by one and in this order.`,
    caption: (year: number, weather: string) => `From the measured year to ${year}, weather year “${weather}”: MWh a year, and kW at the hour of the peak`, peaks: (year: number) => `Peak of ${year} in each future, kW`, step: 'Step', sum: 'Future load', none: 'The steps were not kept in detail.',
    sentence: (scenario: string, year: number, peak: string, largest: string) => `In the scenario “${scenario}” the peak of ${year} is ${peak}; what adds most to it: ${largest}.`,
  },
  limits: {
    heading: 'The limits of the study',
    states: (normal: string, outage: string, excluded: string, low: string, seconds: string) => `Computed: ${normal} normal states and ${outage} states after an outage, in ${seconds}. At low voltage after an outage, ${excluded} states were screened out by a proven bound, and ${low} that it could not exclude were solved.`,
    settled: 'All states computed were solved.',
    notSettled: (count: string) => `Not settled: ${count} states. Nothing says that limits are kept there; they never count as “no violation”.`,
    measured: (hours: string, all: string, share: string) => `Measurements: ${hours} of the ${all} hours of the first year, ${share} of the energy; the rest is estimated.`,
    flat: (classes: string) => `Without a measured curve, taken as constant: ${classes}.`,
    model: (mean: string, largest: string, hours: string) => `Check of the model: at the feeder heads the computation is off the measurement by ${mean} on average and ${largest} at most, over ${hours} hours.`,
    noModel: 'Check of the model: the computation was not compared with measurements at the feeder heads.',
    linear: (pct: string) => `Measures are chosen on a simplified network; their effect there differs from that of the full computation by ${pct} of the limit at most. The full computation decides.`,
    losses: (mwh: string, year: number) => `Losses of the network in ${year}, with no new measure: ${mwh}.`,
    untraceable: (what: string, since: string) => `Erased or corrected since (${since}): ${what}. The study is run again from the aggregates kept with it.`,
    notModelled: [
      'Not computed: unbalance between phases, harmonics, short-circuit currents and protection, the network above the primary substation.',
      'Not counted: the nuisance of works, taxes, subsidies, time for permits; people may do otherwise than the scenarios say.',
      'Prices of works are planning prices: a quotation of the network operator takes their place.',
    ],
    note: (text: string) => `Note of the author: ${text}`,
  },
  sources: { heading: 'The sources', engine: (version: string) => `Computed by ${version}. All figures are in the annexes: workbook and JSON file.`, none: 'The source of each price and each weather year is in the tables above, and all are in the workbook.', one: (title: string, dated: string, sure: string) => `${title} (${dated}; ${sure})` },
} satisfies typeof assumptionsFr
