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
]
