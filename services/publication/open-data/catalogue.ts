/** The catalogue of the data sets by DCAT-AP 3, ready to be harvested (data.gouv.fr, data.europa.eu). */
import type { District } from '#models/district/schema.ts'
import type { ReleaseHead } from '../port.ts'
import { COLUMNS_VERSION, FILE_FORMATS, type Dataset } from './datasets.ts'
import { MEDIA_TYPES } from './files.ts'
import type { Subject, Value } from './graph.ts'
import { CARRIER_WORDS, KIND_WORDS } from './words.ts'

/** Licence Ouverte / Open Licence 2.0 of Etalab, and how the European vocabulary of licences names it. */
export const LICENCE = 'https://www.etalab.gouv.fr/licence-ouverte-open-licence'
const EU = 'http://publications.europa.eu/resource/authority'
const FILE_TYPES = { csv: 'CSV', json: 'JSON', parquet: 'PARQUET' } as const
const FREQUENCIES = { 'district-live': 'CONT', 'energy-daily': 'DAILY', 'curve-daily': 'DAILY', 'energy-monthly': 'MONTHLY' } as const

export interface CatalogueParts {
  readonly district: District
  /** Origin of the site, without a slash at the end. */
  readonly origin: string
  readonly datasets: readonly Dataset[]
  readonly newest: (dataset: Dataset) => ReleaseHead | undefined
}

const iri = (address: string): Value => ({ iri: address })
const both = (predicate: string, { fr, en }: { fr: string; en: string }): (readonly [string, Value])[] => [[predicate, { text: fr, lang: 'fr' }], [predicate, { text: en, lang: 'en' }]]
const time = (at: number): Value => ({ typed: new Date(at).toISOString(), type: 'xsd:dateTime' })

export function catalogueOf({ district, origin, datasets, newest }: CatalogueParts): Subject[] {
  const api = `${origin}/api/public`
  const [catalogue, publisher] = [`${api}/catalog`, `${api}/catalog#publisher`]
  const idOf = ({ id }: Dataset) => `${api}/datasets/${id}`
  const modified = Math.max(0, ...datasets.map((dataset) => newest(dataset)?.publishedAt ?? 0))
  const subjects: Subject[] = [
    {
      iri: catalogue,
      statements: [
        ['rdf:type', iri('dcat:Catalog')],
        ...both('dct:title', { fr: `Énergie du quartier ${district.name.fr}`, en: `Energy of the district ${district.name.en}` }),
        ...both('dct:description', { fr: 'Énergies du quartier par vecteur, agrégées et vérifiées avant publication.', en: 'Energies of the district by carrier, aggregated and checked before they are released.' }),
        ['dct:publisher', iri(publisher)], ['dct:license', iri(LICENCE)], ['foaf:homepage', iri(`${origin}/quartier`)],
        ['dct:language', iri(`${EU}/language/FRA`)], ['dct:language', iri(`${EU}/language/ENG`)],
        ...(modified > 0 ? [['dct:modified', time(modified)] as const] : []),
        ...datasets.map((dataset) => ['dcat:dataset', iri(idOf(dataset))] as const),
      ],
    },
    { iri: publisher, statements: [['rdf:type', iri('foaf:Agent')], ...both('foaf:name', district.name)] },
  ]
  for (const dataset of datasets) subjects.push(datasetSubject(dataset), ...FILE_FORMATS.map((format) => distribution(dataset, format)), schemaSubject(dataset))
  return subjects

  function datasetSubject(dataset: Dataset): Subject {
    const head = newest(dataset)
    const words = { fr: `${KIND_WORDS[dataset.kind].fr} : ${CARRIER_WORDS[dataset.carrier].fr}`, en: `${KIND_WORDS[dataset.kind].en}: ${CARRIER_WORDS[dataset.carrier].en}` }
    return {
      iri: idOf(dataset),
      statements: [
        ['rdf:type', iri('dcat:Dataset')], ['dct:identifier', { text: dataset.id }],
        ...both('dct:title', { fr: `${words.fr}, ${district.name.fr}`, en: `${words.en}, ${district.name.en}` }),
        ...both('dct:description', KIND_WORDS[dataset.kind].about),
        ['dct:publisher', iri(publisher)], ['dct:license', iri(LICENCE)], ['dct:accessRights', iri(`${EU}/access-right/PUBLIC`)],
        ['dcat:theme', iri(`${EU}/data-theme/ENER`)], ...both('dcat:keyword', CARRIER_WORDS[dataset.carrier]), ...both('dcat:keyword', { fr: 'énergie', en: 'energy' }),
        ['dct:accrualPeriodicity', iri(`${EU}/frequency/${FREQUENCIES[dataset.kind]}`)], ['dct:conformsTo', iri(`${idOf(dataset)}.schema.json`)],
        // A version is the last release that is in it; the columns have a version of their own.
        ['dcat:version', { text: `${COLUMNS_VERSION}+${head?.releaseId ?? 0}` }],
        ['dcat:landingPage', iri(`${origin}/publications/pourquoi`)], ['foaf:page', iri(`${api}/methodology`)],
        ...(head === undefined ? [] : [['dct:modified', time(head.publishedAt)] as const]),
        ...FILE_FORMATS.map((format) => ['dcat:distribution', iri(`${idOf(dataset)}.${format}`)] as const),
      ],
    }
  }

  function distribution(dataset: Dataset, format: (typeof FILE_FORMATS)[number]): Subject {
    const address = `${idOf(dataset)}.${format}`
    return {
      iri: address,
      statements: [
        ['rdf:type', iri('dcat:Distribution')], ...both('dct:title', { fr: `${dataset.id} en ${format.toUpperCase()}`, en: `${dataset.id} as ${format.toUpperCase()}` }),
        ['dcat:accessURL', iri(address)], ['dcat:downloadURL', iri(address)], ['dct:license', iri(LICENCE)], ['dct:format', iri(`${EU}/file-type/${FILE_TYPES[format]}`)],
        ['dcat:mediaType', iri(`https://www.iana.org/assignments/media-types/${MEDIA_TYPES[format].split(';')[0]!}`)], ['dcatap:availability', iri(`${EU}/planned-availability/STABLE`)],
      ],
    }
  }

  function schemaSubject(dataset: Dataset): Subject {
    return { iri: `${idOf(dataset)}.schema.json`, statements: [['rdf:type', iri('dct:Standard')], ...both('dct:title', { fr: `Dictionnaire de ${dataset.id}`, en: `Data dictionary of ${dataset.id}` })] }
  }
}
