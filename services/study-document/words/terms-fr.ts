/** Names of things in French: what the study calls by an id, and a reader by a word. An id without a word here is written as it is. */
export const termsFr = {
  measures: {
    'parallel-cable': 'câble posé en parallèle', 'larger-cable': 'câble de plus forte section', transformer: 'transformateur plus puissant', 'new-substation': 'nouveau poste de distribution',
    'open-point': 'déplacement d’un point d’ouverture', 'seasonal-rating': 'limite selon la saison', 'dynamic-rating': 'limite selon la température',
    curtailment: 'effacement contractuel', 'flexible-connection': 'raccordement à puissance modulable', 'smart-charging': 'recharge pilotée', battery: 'batterie',
    photovoltaics: 'photovoltaïque', heat: 'chaleur stockée ou prise au réseau de chaleur', efficiency: 'économies d’énergie', tariff: 'signal tarifaire',
  },
  /** In a sentence. */
  aMeasure: {
    'parallel-cable': 'un câble posé en parallèle', 'larger-cable': 'un câble de plus forte section', transformer: 'un transformateur plus puissant', 'new-substation': 'un nouveau poste de distribution',
    'open-point': 'le déplacement d’un point d’ouverture', 'seasonal-rating': 'une limite selon la saison', 'dynamic-rating': 'une limite selon la température',
    curtailment: 'un effacement contractuel', 'flexible-connection': 'un raccordement à puissance modulable', 'smart-charging': 'la recharge pilotée', battery: 'une batterie',
    photovoltaics: 'du photovoltaïque', heat: 'de la chaleur stockée ou prise au réseau de chaleur', efficiency: 'des économies d’énergie', tariff: 'un signal tarifaire',
  },
  portfolios: { nothing: 'Ne rien faire', reinforce: 'Renforcer seulement', 'least-cost': 'Moindre coût attendu', 'least-regret': 'Moindre regret', 'without-reinforcement': 'Sans aucun renforcement' },
  status: { holds: 'tient', 'not-settled': 'non résolu', infeasible: 'impossible', violates: 'ne tient pas' },
  winter: 'en hiver',
  kinds: { section: 'câble ou ligne', transformer: 'transformateur', bus: 'tension' },
  levels: { medium: 'moyenne tension', low: 'basse tension' },
  sure: { read: 'lu dans le texte', reported: 'rapporté par une autre source', computed: 'calculé à partir de mesures', usual: 'usage de la profession', assumed: 'ordre de grandeur supposé', given: 'donné par le document' } as Readonly<Record<string, string>>,
  weather: { measured: 'année mesurée', shifted: 'année mesurée, décalée', 'cold-spell': 'vague de froid' },
  steps: {
    base: 'année mesurée', measured: 'année mesurée', weather: 'météo', growth: 'croissance de l’existant', 'new-buildings': 'nouveaux logements et commerces', arrivals: 'grandes arrivées',
    'electric-vehicles': 'véhicules électriques', 'heat-pumps': 'pompes à chaleur', renovation: 'rénovation', photovoltaics: 'photovoltaïque', 'heat-network': 'réseau de chaleur', boundary: 'reste de la ville',
  } as Readonly<Record<string, string>>,
  loads: {
    'boundary-town': 'reste de la ville', dwelling: 'logements', 'dwelling-electric-heating': 'logements chauffés à l’électricité', 'ev-charger': 'bornes de recharge', office: 'bureaux', shop: 'commerces',
    restaurant: 'restaurants', supermarket: 'supermarché', school: 'école', library: 'médiathèque', hairdresser: 'coiffeurs', bakery: 'boulangeries', butcher: 'boucheries',
    'street-light': 'éclairage public', 'common-services': 'services généraux d’immeuble', 'heat-substation': 'sous-stations de chaleur', pv: 'photovoltaïque', water: 'eau', gas: 'gaz', market: 'halle', hall: 'halle',
  } as Readonly<Record<string, string>>,
  prices: {
    'lv-cable-laid-km': 'Câble basse tension posé, le km', 'mv-cable-laid-km': 'Câble moyenne tension posé, le km', switching: 'Point d’ouverture déplacé', 'secondary-substation': 'Poste de distribution neuf', 'lv-feeder-moved': 'Départ basse tension repris sur un autre poste', 'rating-study': 'Étude thermique d’un câble', 'cable-monitoring': 'Mesure de température d’un câble', 'cable-monitoring-year': 'Mesure de température, par an',
    'battery-kwh': 'Batterie, le kWh', 'battery-kw': 'Batterie, le kW', 'battery-kw-year': 'Batterie, entretien, le kW et par an', 'photovoltaics-kwp': 'Photovoltaïque, le kWc', 'photovoltaics-kwp-year': 'Photovoltaïque, entretien, le kWc et par an', 'renovation-dwelling': 'Rénovation d’un logement',
    'heat-network-dwelling': 'Raccordement d’un logement au réseau de chaleur', 'flexible-connection-mwh': 'Raccordement modulable, le MWh réduit', 'losses-mwh': 'Pertes, le MWh', 'curtailed-mwh': 'Effacement, le MWh',
  } as Readonly<Record<string, string>>,
  /** What stands behind the prices of our own table. */
  ownPrices: {
    'mv-cable-laid-km': 'étude dena (Allemagne), reprise par eDisGo', 'lv-cable-laid-km': 'étude dena (Allemagne), reprise par eDisGo', 'transformer-630-kva': 'étude dena (Allemagne), reprise par eDisGo', 'transformer-40000-kva': 'étude dena (Allemagne), reprise par eDisGo',
    'flexible-connection-mwh': 'prix le plus haut payé au Royaume-Uni pour une réduction, 600 GBP/MWh (Modo, axle.energy), à 1,16 EUR par GBP',
    'transformer-63000-kva': 'à proportion de celui de 40 MVA de dena', 'transformer-250-kva': 'à proportion de celui de 630 kVA de dena', 'transformer-400-kva': 'à proportion de celui de 630 kVA de dena', 'transformer-1000-kva': 'à proportion de celui de 630 kVA de dena',
    'secondary-substation': 'cabine et appareillage, sans transformateur ni câble', 'lv-feeder-moved': 'jonctions et travaux pour un départ', switching: 'une visite à deux interrupteurs et la mise à jour des plans', 'rating-study': 'quelques jours d’ingénieur : sol, profondeur, câbles voisins',
    'cable-monitoring': 'température le long d’un tronçon, posée et raccordée', 'cable-monitoring-year': 'un dixième de l’équipement', 'battery-kw': 'convertisseur et raccordement', 'battery-kwh': 'éléments, conteneur et travaux', 'battery-kw-year': 'entretien et assurance',
    'photovoltaics-kwp': 'en toiture, quelques dizaines de kWc', 'photovoltaics-kwp-year': 'entretien', 'renovation-dwelling': 'enveloppe d’un logement', 'heat-network-dwelling': 'branchement et échangeur partagés, circuit d’eau du logement',
  } as Readonly<Record<string, string>>,
  units: { dwelling: 'logements', kWp: 'kWc', programme: 'programme' } as Readonly<Record<string, string>>,
  parameters: {
    'money.discountPct': 'taux d’actualisation', 'money.energyLossEurPerMwh': 'prix des pertes', 'money.energyNotServedEurPerMwh': 'prix de l’énergie non servie', 'money.co2EurPerTonne': 'prix du CO₂', 'prices.works': 'prix des travaux', 'prices.contracts': 'prix des contrats',
    growthPct: 'croissance de l’existant', electricVehicles: 'véhicules électriques', heatPumps: 'pompes à chaleur', renovation: 'rénovation', photovoltaics: 'photovoltaïque', heatNetwork: 'réseau de chaleur', reinforcement: 'prix du renforcement', prices: 'prix du renforcement',
  } as Readonly<Record<string, string>>,
}
