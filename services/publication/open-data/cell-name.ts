import type { District } from '#models/district/schema.ts'

const CATEGORIES: Readonly<Record<string, { fr: string; en: string }>> = { residential: { fr: 'logements', en: 'homes' }, professional: { fr: 'professionnels', en: 'businesses' } }

/** What a cell is called: `zone:a+b/residential` is the homes of two zones that are shown as one. */
export function cellName({ name, zones }: Pick<District, 'name' | 'zones'>, cell: string): { fr: string; en: string } {
  const [place, category] = cell.split('/')
  const zoneName = (id: string) => zones.find((zone) => zone.id === id)?.name ?? { fr: id, en: id }
  const parts = place === 'district' ? [name] : place!.slice('zone:'.length).split('+').map(zoneName)
  const kind = category === undefined ? undefined : CATEGORIES[category]
  const inWords = (lang: 'fr' | 'en') => `${parts.map((part) => part[lang]).join(' + ')}${kind === undefined ? '' : lang === 'fr' ? `, ${kind.fr}` : `, ${kind.en}`}`
  return { fr: inWords('fr'), en: inWords('en') }
}
