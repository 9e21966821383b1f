import type { RoleName } from '#services/directory/port.ts'

export interface SamplePerson {
  readonly subject: string
  readonly name: string
  /** Shown in the terminal. */
  readonly what: string
  readonly description: { readonly fr: string; readonly en: string }
  readonly roles: readonly RoleName[]
  /** Id of the holder of the demonstration district this person acts for. */
  readonly holder?: string
}

const shopkeeper = (subject: string, name: string, holder: string, shop: string): SamplePerson => ({
  subject, name, holder,
  what: `shopkeeper, ${shop}`,
  description: { fr: `Commerce : ${shop}`, en: `Shop: ${shop}` },
  roles: ['merchant'],
})

/** Invented people of the demonstration; they exist nowhere else. */
export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  shopkeeper('demo-maelle', 'Maëlle Kervella', 'boulangerie-du-quai', 'Boulangerie du Quai'),
  shopkeeper('demo-denis', 'Denis Floc’h', 'boucherie-des-ateliers', 'Boucherie des Ateliers'),
  shopkeeper('demo-nolwenn', 'Nolwenn Tanguy', 'le-pont-tournant', 'Le Pont Tournant'),
  { subject: 'demo-anne', name: 'Anne Le Goff', what: 'grid planner', description: { fr: 'Planification du réseau', en: 'Grid planning' }, roles: ['planner'] },
  { subject: 'demo-yann', name: 'Yann Kerdoncuff', what: 'operator', description: { fr: 'Exploitation du service', en: 'Operation of the service' }, roles: ['operator'] },
  { subject: 'demo-rozenn', name: 'Rozenn Le Bihan', what: 'resident', description: { fr: 'Habitante', en: 'Resident' }, roles: ['resident'], holder: 'hh-0012-b' },
  { subject: 'demo-gwenole', name: 'Gwénolé Madec', what: 'data officer', description: { fr: 'Protection des données et publications', en: 'Data protection and releases' }, roles: ['data-officer'] },
  { subject: 'demo-soazig', name: 'Soazig Le Gall', what: 'administrator', description: { fr: 'Administration des accès', en: 'Administration of access' }, roles: ['administrator'] },
]
