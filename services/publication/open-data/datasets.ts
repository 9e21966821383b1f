/** The data sets made of releases: names that stay, columns with their meaning, rows. */
import type { Carrier } from '#models/disclosure/guard-shapes.ts'
import { CARRIERS } from '#models/district/schema.ts'
import type { Release, ReleaseKind, ReleaseReader } from '../port.ts'
import { RELEASE_KINDS } from '../port.ts'

export const FILE_FORMATS = ['csv', 'json', 'parquet'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]
/** Grows when columns are added; one is never renamed or taken away. */
export const COLUMNS_VERSION = '1.0.0'

export interface Column {
  readonly name: string
  readonly type: 'datetime' | 'number' | 'integer' | 'string'
  readonly isRequired: boolean
  readonly title: { readonly fr: string; readonly en: string }
}
export type Row = Readonly<Record<string, string | number | null>>

export interface Dataset {
  /** Stable part of its addresses: `energy-daily-electricity`. */
  readonly id: string
  readonly kind: ReleaseKind
  readonly carrier: Carrier
}

const column = (name: string, type: Column['type'], isRequired: boolean, fr: string, en: string): Column => ({ name, type, isRequired, title: { fr, en } })
const START = column('start', 'datetime', true, 'Début de la période, en UTC', 'Start of the period, in UTC')
const END = column('end', 'datetime', true, 'Fin de la période, en UTC', 'End of the period, in UTC')
const RELEASE = column('release', 'integer', true, 'Numéro de la publication dont vient la ligne', 'Number of the release the row comes from')
const CELL = column('cell', 'string', true, 'Maille : quartier, zone ou catégorie', 'Cell: district, zone or category')
const UNIT = column('unit', 'string', true, 'Unité de l’énergie : kWh, ou m3 pour les volumes', 'Unit of the energy: kWh, or m3 for volumes')
const INDEX = column('index', 'number', false, 'Indice chaîné, base 100, quand un changement de titulaires suspend l’énergie', 'Chain-linked index, base 100, where a change of holders suspends the energy')
const energy = (fr: string, en: string) => column('energy', 'number', false, `${fr} ; vide : non publié`, `${en}; empty: not published`)

export const COLUMNS: Readonly<Record<ReleaseKind, readonly Column[]>> = {
  'district-live': [START, END, column('mean_power_kw', 'number', false, 'Puissance moyenne du quartier, en kW ; vide : non publié', 'Mean power of the district, in kW; empty: not published'), column('loading_pct', 'number', false, 'Part de la puissance garantie qui est utilisée, en %', 'Share of the firm import in use, in %'), column('firm_import_kw', 'number', false, 'Puissance garantie, en kW', 'Firm import, in kW'), column('headroom_kw', 'number', false, 'Marge, en kW', 'Headroom, in kW'), RELEASE],
  'energy-daily': [START, END, CELL, energy('Énergie du jour', 'Energy of the day'), UNIT, INDEX, RELEASE],
  'curve-daily': [START, END, CELL, energy('Énergie du pas', 'Energy of the step'), UNIT, RELEASE],
  'energy-monthly': [START, END, CELL, energy('Énergie du mois', 'Energy of the month'), UNIT, INDEX, RELEASE],
}

export const datasetId = (kind: ReleaseKind, carrier: Carrier): string => `${kind}-${carrier}`

/** Those of a district: its own carriers, and the live figure. */
export function datasetsOf(carriers: readonly Carrier[]): Dataset[] {
  const own = CARRIERS.filter((carrier) => carriers.includes(carrier))
  return RELEASE_KINDS.flatMap((kind) => (kind === 'district-live' ? (['electricity'] as const) : own).map((carrier) => ({ id: datasetId(kind, carrier), kind, carrier })))
}

/** Every row that is public now, in order of time. */
export async function rowsOf(releases: ReleaseReader, { kind, carrier }: Pick<Dataset, 'kind' | 'carrier'>, from = -8.64e15, to = 8.64e15): Promise<Row[]> {
  return (await releases.between(kind, from, to, carrier)).flatMap(rowsOfRelease)
}

const isoTime = (at: number): string => new Date(at).toISOString()
const is = <Kind extends ReleaseKind>(release: Release, ...kinds: Kind[]): release is Release<Kind> => (kinds as ReleaseKind[]).includes(release.kind)

function rowsOfRelease(release: Release): Row[] {
  const { releaseId, at, stepS } = release
  if (is(release, 'district-live')) {
    const { meanPowerKw, loadingPct, firmImportKw, headroomKw } = release.body
    return [{ start: isoTime(at), end: isoTime(at + stepS * 1000), mean_power_kw: meanPowerKw, loading_pct: loadingPct, firm_import_kw: firmImportKw, headroom_kw: headroomKw, release: releaseId }]
  }
  if (is(release, 'curve-daily')) {
    const { unit, cells } = release.body
    return cells.flatMap(({ cell, stepS: cellStepS, energies }) => (energies ?? []).map((energyOfStep, i) =>
      ({ start: isoTime(at + i * cellStepS! * 1000), end: isoTime(at + (i + 1) * cellStepS! * 1000), cell, energy: energyOfStep, unit, release: releaseId })))
  }
  if (!is(release, 'energy-daily', 'energy-monthly')) return []
  const { unit, to, cells } = release.body
  return cells.map((one) => ({ start: isoTime(at), end: isoTime(to), cell: one.cell, energy: one.energy, unit, index: one.index, release: releaseId }))
}
