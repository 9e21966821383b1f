import type { termsFr } from './terms-fr.ts'

/** Names of things in English. */
export const termsEn = {
  measures: {
    'parallel-cable': 'cable laid in parallel', 'larger-cable': 'larger cable', transformer: 'larger transformer', 'new-substation': 'new secondary substation',
    'open-point': 'open point moved', 'seasonal-rating': 'limit by season', 'dynamic-rating': 'limit by temperature',
    curtailment: 'curtailment contract', 'flexible-connection': 'flexible connection', 'smart-charging': 'smart charging', battery: 'battery',
    photovoltaics: 'photovoltaics', heat: 'heat stored or taken from the heat network', efficiency: 'energy savings', tariff: 'tariff signal',
  },
  aMeasure: {
    'parallel-cable': 'a cable laid in parallel', 'larger-cable': 'a larger cable', transformer: 'a larger transformer', 'new-substation': 'a new secondary substation',
    'open-point': 'an open point moved', 'seasonal-rating': 'a limit by season', 'dynamic-rating': 'a limit by temperature',
    curtailment: 'a curtailment contract', 'flexible-connection': 'a flexible connection', 'smart-charging': 'smart charging', battery: 'a battery',
    photovoltaics: 'photovoltaics', heat: 'heat stored or taken from the heat network', efficiency: 'energy savings', tariff: 'a tariff signal',
  },
  portfolios: { nothing: 'Do nothing', reinforce: 'Reinforce only', 'least-cost': 'Least expected cost', 'least-regret': 'Least regret', 'without-reinforcement': 'Without any reinforcement' },
  status: { holds: 'holds', 'not-settled': 'not settled', infeasible: 'impossible', violates: 'does not hold' },
  winter: 'in winter',
  kinds: { section: 'cable or line', transformer: 'transformer', bus: 'voltage' },
  levels: { medium: 'medium voltage', low: 'low voltage' },
  sure: { read: 'read in the text', reported: 'reported by another source', computed: 'computed from measurements', usual: 'usual in the trade', assumed: 'order of size, assumed', given: 'given by the document' },
  weather: { measured: 'measured year', shifted: 'measured year, shifted', 'cold-spell': 'cold spell' },
  steps: {
    base: 'measured year', measured: 'measured year', weather: 'weather', growth: 'growth of what exists', 'new-buildings': 'new homes and shops', arrivals: 'large arrivals',
    'electric-vehicles': 'electric vehicles', 'heat-pumps': 'heat pumps', renovation: 'renovation', photovoltaics: 'photovoltaics', 'heat-network': 'heat network', boundary: 'rest of the town',
  },
  loads: {
    'boundary-town': 'rest of the town', dwelling: 'homes', 'dwelling-electric-heating': 'homes heated by electricity', 'ev-charger': 'car chargers', office: 'offices', shop: 'shops',
    restaurant: 'restaurants', supermarket: 'supermarket', school: 'school', library: 'library', hairdresser: 'hairdressers', bakery: 'bakeries', butcher: 'butchers',
    'street-light': 'street lighting', 'common-services': 'common services of buildings', 'heat-substation': 'heat substations', pv: 'photovoltaics', water: 'water', gas: 'gas', market: 'market hall', hall: 'market hall',
  },
  prices: {
    'lv-cable-laid-km': 'Low-voltage cable laid, per km', 'mv-cable-laid-km': 'Medium-voltage cable laid, per km', switching: 'Open point moved', 'secondary-substation': 'New secondary substation', 'lv-feeder-moved': 'Low-voltage feeder moved to another substation', 'rating-study': 'Thermal study of a cable', 'cable-monitoring': 'Temperature measurement of a cable', 'cable-monitoring-year': 'Temperature measurement, per year',
    'battery-kwh': 'Battery, per kWh', 'battery-kw': 'Battery, per kW', 'battery-kw-year': 'Battery, upkeep, per kW and year', 'photovoltaics-kwp': 'Photovoltaics, per kWp', 'photovoltaics-kwp-year': 'Photovoltaics, upkeep, per kWp and year', 'renovation-dwelling': 'Renovation of a home',
    'heat-network-dwelling': 'Home connected to the heat network', 'flexible-connection-mwh': 'Flexible connection, per MWh reduced', 'losses-mwh': 'Losses, per MWh', 'curtailed-mwh': 'Curtailment, per MWh',
  },
  ownPrices: {
    'mv-cable-laid-km': 'dena study (Germany), as carried by eDisGo', 'lv-cable-laid-km': 'dena study (Germany), as carried by eDisGo', 'transformer-630-kva': 'dena study (Germany), as carried by eDisGo', 'transformer-40000-kva': 'dena study (Germany), as carried by eDisGo',
    'flexible-connection-mwh': 'highest price paid in the United Kingdom for a reduction, GBP 600/MWh (Modo, axle.energy), at 1.16 EUR a GBP',
    'transformer-63000-kva': 'in proportion to the 40 MVA one of dena', 'transformer-250-kva': 'in proportion to the 630 kVA one of dena', 'transformer-400-kva': 'in proportion to the 630 kVA one of dena', 'transformer-1000-kva': 'in proportion to the 630 kVA one of dena',
    'secondary-substation': 'cabin and switchgear, without transformer and cable', 'lv-feeder-moved': 'joints and works for one feeder', switching: 'a visit to two switches and the change of the plans', 'rating-study': 'some days of an engineer: soil, depth, cables beside',
    'cable-monitoring': 'temperature along one section, fitted and connected', 'cable-monitoring-year': 'a tenth of the equipment', 'battery-kw': 'converter and connection', 'battery-kwh': 'cells, container and works', 'battery-kw-year': 'upkeep and insurance',
    'photovoltaics-kwp': 'on roofs, some ten kWp each', 'photovoltaics-kwp-year': 'upkeep', 'renovation-dwelling': 'envelope of a home', 'heat-network-dwelling': 'branch and exchanger shared, water circuit of the home',
  },
  units: { dwelling: 'homes', kWp: 'kWp', programme: 'programme' },
  parameters: {
    'money.discountPct': 'discount rate', 'money.energyLossEurPerMwh': 'price of losses', 'money.energyNotServedEurPerMwh': 'price of energy not served', 'money.co2EurPerTonne': 'price of CO₂', 'prices.works': 'prices of works', 'prices.contracts': 'prices of contracts',
    growthPct: 'growth of what exists', electricVehicles: 'electric vehicles', heatPumps: 'heat pumps', renovation: 'renovation', photovoltaics: 'photovoltaics', heatNetwork: 'heat network', reinforcement: 'price of reinforcement', prices: 'price of reinforcement',
  },
} satisfies typeof termsFr
