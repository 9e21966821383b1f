import type { Study, StudyScenario } from '#models/district/schema-study.ts'

const around = (likely: number, share = 0.3) => ({ low: Math.round(likely * (1 - share)), likely, high: Math.round(likely * (1 + share)) })
const scenario = (id: string, fr: string, en: string, probability: number, factor: number): StudyScenario => ({
  id, name: { fr, en }, probability,
  growthPct: { 'boundary-town': { low: 0.4 * factor, likely: 0.8 * factor, high: 1.2 * factor }, dwelling: 0.3 * factor },
  newBuildings: [{ node: 'P06.B04', year: 2030, count: Math.round(160 * factor), loadClass: 'dwelling', annualEnergyKwh: 2_600, coldShare: 0.2, note: { fr: 'Plateau, tranche 3', en: 'Plateau, phase 3' } }],
  arrivals: [{ node: 'P05.B04', year: 2028, peakKw: Math.round(240 * factor), loadClass: 'market', note: { fr: 'halle de marché', en: 'market hall' } }],
  electricVehicles: { vehicles: [{ year: 2026, amount: 60 }, { year: 2041, amount: around(Math.round(1150 * factor)) }], annualEnergyKwh: 1_700, chargerKw: 7.4, places: { home: 0.6, work: 0.15, public: 0.25 }, simultaneity: 'measured', smartShare: 0.35 },
  heatPumps: { dwellings: [{ year: 2041, amount: around(Math.round(170 * factor)) }], annualHeatKwh: 7_400, performance: [{ outsideC: -7, cop: 2 }, { outsideC: 7, cop: 3.2 }] },
  renovation: { share: [{ year: 2041, amount: 0.3 }], savedColdShare: 0.35 },
  photovoltaics: { peakKw: [{ year: 2041, amount: Math.round(900 * factor) }], annualKwhPerKw: 1_050 },
  heatNetwork: { share: [{ year: 2041, amount: 0.12 }] },
})

export const SAMPLE_STUDY: Study = {
  fromYear: 2026, toYear: 2041,
  scenarios: [scenario('sober', 'sobre', 'sober', 0.3, 0.55), scenario('trend', 'tendance', 'trend', 0.5, 1), scenario('high', 'forte électrification', 'high electrification', 0.2, 1.45)],
  weatherYears: [
    { id: 'measured', name: { fr: 'mesurée', en: 'measured' }, probability: 0.6, kind: 'measured', source: 'mesures du quartier, 2025-2026' },
    { id: 'warm', name: { fr: 'plus chaude', en: 'warmer' }, probability: 0.3, kind: 'shifted', shiftC: 1.5, source: { fr: 'mesures du quartier, décalées', en: 'measurements of the district, shifted' } },
    { id: 'cold', name: { fr: 'froid décennal', en: 'one-in-ten cold' }, probability: 0.1, kind: 'cold-spell', coldSpell: { returnYears: 10, days: 8, coldestDayC: -6.2 }, source: 'NOAA ISD Brest-Guipavas, domaine public, 2026-11' },
  ],
  money: { pricesOf: 2026, rates: 'real', discountPct: { low: 2.5, likely: 4.5, high: 6 }, energyLossEurPerMwh: { low: 50, likely: 70, high: 90 }, energyNotServedEurPerMwh: 20_000, co2EurPerTonne: 100, co2KgPerMwh: 60, source: { fr: 'taux illustratifs', en: 'illustrative rates' } },
  offers: [
    { id: 'halle', kind: 'curtailment', name: { fr: 'Froid de la halle', en: 'Cooling of the hall' }, node: 'P05.B04', loadClasses: ['market'], share: 0.5, mostKw: 400, availabilityEurPerKwYear: 22, activationEurPerMwh: 130, hoursAYear: 90, noticeH: 4, mostHoursAnActivation: 3, rebound: { share: 0.8, withinH: 4 }, seller: 'Halle <des> Capucins & fils', source: 'illustratif' },
    { id: 'bornes', kind: 'smart-charging', name: { fr: 'Bornes de l’école', en: 'Chargers at the school' }, node: 'P08.B04', loadClasses: ['ev-charger'], share: 0.7, mostKw: 160, availabilityEurPerKwYear: 14, activationEurPerMwh: 60, hoursAYear: 150, noticeH: 12, aggregator: 'Agrégateur d’Iroise', source: 'illustratif' },
  ],
  buyer: 'Gestionnaire du réseau (illustratif)',
}
