/** Of the sheet by which flexibility is asked for, in French. */
export const tenderFr = {
  title: (district: string) => `Appel à flexibilité : ${district}`,
  subject: 'Fiche d’appel d’offres de flexibilité locale',
  intro: (buyer: string, lots: number, from: number, to: number) => `${buyer} recherche, pour le réseau de ce quartier, ${lots === 1 ? 'une flexibilité' : `${lots} flexibilités`} entre ${from} et ${to}. Les quantités viennent de l’étude de renforcement jointe.`,
  noBuyer: 'L’acheteur (gestionnaire du réseau, à désigner)',
  none: 'L’étude n’a besoin d’aucune flexibilité : il n’y a rien à acheter.',
  noRecommendation: 'L’étude ne recommande rien, car aucune solution ne tient : aucune fiche ne peut être faite.',
  lotsHeading: 'Les lots', lot: (index: number, what: string) => `Lot ${index} : ${what}`,
  caption: 'Ce qui est demandé', term: 'Terme', value: 'Demande',
  buyer: 'Acheteur', seller: 'Vendeur pressenti', aggregator: 'Agrégateur pressenti', perimeter: 'Périmètre', power: (unit: string) => `Puissance, ${unit}`, powerIn: (year: string, power: string) => `${year} : ${power}`, hours: 'Heures d’appel par an', hoursAtMost: (spread: string, most: string) => `${spread} attendues ; ${most} au plus par contrat`, energy: 'Énergie par an', times: 'Quand', notice: 'Préavis', longest: 'Durée d’un appel au plus', rebound: 'Report toléré', reboundOf: (share: string, hours: string) => `${share} de l’énergie, dans les ${hours}`,
  availability: 'Prix de disponibilité', activation: 'Prix d’activation', cap: (price: string, cap: string) => `${price} dans l’étude ; plafond ${cap}`, noCap: (price: string) => `${price} dans l’étude ; aucun plafond ne peut être établi`, total: 'Coût total du lot',
  perKwYear: 'par kW et par an', perMwh: 'par MWh', unknown: 'à préciser', open: 'à désigner', noticeOf: (hours: string) => `${hours} avant l’heure`,
  timesOf: (times: string) => `pires heures de l’étude : ${times}`,
  rulesHeading: 'Règles',
  rules: (cap: string) => [
    `Plafond : prix auquel l’ensemble des lots coûterait autant que le renforcement qu’ils remplacent (économie de l’étude : ${cap}, répartie sur les lots selon leur coût). Au-dessus, renforcer est moins cher.`,
    'Mesure : réduction livrée = référence − mesure, à chaque pas du compteur. La référence est la moyenne des mêmes heures des dix derniers jours comparables sans appel, ou la prévision émise avant l’appel si le contrat le dit.',
    'L’énergie qui revient après l’appel est mesurée aussi, et déduite au-delà du report toléré.',
    'Appel : proposé la veille par la prévision de congestion, approuvé par un opérateur, notifié au moins le préavis avant. Sans communication, l’installation revient à son état sûr.',
    'Paiement : disponibilité pour les kW tenus, activation pour les MWh mesurés et non pour les MWh demandés.',
  ],
  draftNote: 'Cette fiche n’engage personne tant que l’étude n’est pas signée et que l’acheteur ne l’a pas publiée.',
}
