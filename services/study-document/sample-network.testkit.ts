import type { StudyResult } from '#models/reinforcement/study-result.ts'

const NAMES = ['Forges', 'Fonderie', 'Machines', 'Voilerie', 'Parking', 'Plateau nord', 'Plateau sud', 'École', 'Quai haut', 'Quai bas', 'Grue', 'Jardins nord', 'Jardins sud', 'Belvédère']
const ring = ['PS', 'V01', ...NAMES.map((_, k) => `P${String(k + 1).padStart(2, '0')}`), 'V02', 'PS']

/** A ring of sixteen substations with one open point, as the demonstration district has it. */
export const SAMPLE_NETWORK: StudyResult['network'] = {
  nodes: [
    { id: 'PS', name: 'Poste source Kerlaouen 63/20 kV', x: 7, y: 0, kind: 'primary' },
    { id: 'V01', name: 'Ville ouest', x: 2, y: 1, kind: 'secondary' }, { id: 'V02', name: 'Ville est', x: 12, y: 1, kind: 'secondary' },
    ...NAMES.map((name, k) => ({ id: ring[k + 2], name, x: k < 7 ? 2 : 12, y: k < 7 ? 2 + k : 15 - k, kind: 'secondary' as const })),
  ],
  links: ring.slice(1).map((to, k) => ({ id: `R${String(k + 1).padStart(2, '0')}`, from: ring[k], to, open: k === 8 })),
}
