/**
 * Labels of the customer output of French meters: historique (Enedis-NOI-CPT_02E) and standard (Enedis-NOI-CPT_54E).
 * Only what a measurement point can be fed with has a unit.
 */
export interface Label {
  /** An index only grows; text is never a value; bits are hexadecimal. */
  readonly kind: 'index' | 'amount' | 'bits' | 'text'
  readonly unit: string
}

const index = (unit = 'Wh'): Label => ({ kind: 'index', unit })
const amount = (unit: string): Label => ({ kind: 'amount', unit })
const TEXT: Label = { kind: 'text', unit: '' }
const numbered = (name: string, count: number, label: Label, digits = 1): Record<string, Label> =>
  Object.fromEntries(Array.from({ length: count }, (_, place) => [`${name}${String(place + 1).padStart(digits, '0')}`, label]))
const byPhase = (name: string, label: Label, suffix = ''): Record<string, Label> => Object.fromEntries(['1', '2', '3'].map((phase) => [`${name}${phase}${suffix}`, label]))
const texts = (...names: readonly string[]): Record<string, Label> => Object.fromEntries(names.map((name) => [name, TEXT]))

const HISTORIQUE: Readonly<Record<string, Label>> = {
  ...texts('ADCO', 'OPTARIF', 'PTEC', 'DEMAIN', 'HHPHC', 'MOTDETAT', 'PPOT'),
  BASE: index(), HCHC: index(), HCHP: index(), EJPHN: index(), EJPHPM: index(),
  BBRHCJB: index(), BBRHPJB: index(), BBRHCJW: index(), BBRHPJW: index(), BBRHCJR: index(), BBRHPJR: index(),
  GAZ: index('1'), AUTRE: index('1'),
  ISOUSC: amount('A'), PEJP: amount('1'),
  IINST: amount('A'), ...byPhase('IINST', amount('A')),
  IMAX: amount('A'), ...byPhase('IMAX', amount('A')),
  ADPS: amount('A'), ...byPhase('ADIR', amount('A')),
  PAPP: amount('VA'), PMAX: amount('W'),
}

const STANDARD: Readonly<Record<string, Label>> = {
  ...texts('ADSC', 'VTIC', 'DATE', 'NGTF', 'LTARF', 'MSG1', 'MSG2', 'PRM', 'RELAIS', 'NJOURF', 'NJOURF+1', 'PJOURF+1', 'PPOINTE'),
  ...texts('DPM1', 'DPM2', 'DPM3', 'FPM1', 'FPM2', 'FPM3'),
  EAST: index(), EAIT: index(), ...numbered('EASF', 10, index(), 2), ...numbered('EASD', 4, index(), 2),
  // Reactive energy in varh, for which districts have no unit.
  ...numbered('ERQ', 4, index('1')),
  ...byPhase('IRMS', amount('A')), ...byPhase('URMS', amount('V')), ...byPhase('UMOY', amount('V')),
  PREF: amount('kVA'), PCOUP: amount('kVA'),
  SINSTS: amount('VA'), ...byPhase('SINSTS', amount('VA')), SINSTI: amount('VA'),
  SMAXSN: amount('VA'), ...byPhase('SMAXSN', amount('VA')), 'SMAXSN-1': amount('VA'), ...byPhase('SMAXSN', amount('VA'), '-1'),
  SMAXIN: amount('VA'), 'SMAXIN-1': amount('VA'),
  CCASN: amount('W'), 'CCASN-1': amount('W'), CCAIN: amount('W'), 'CCAIN-1': amount('W'),
  NTARF: amount('1'), STGE: { kind: 'bits', unit: '1' },
}

/** Undefined for a label that is in neither document: its group is read, but no point can be fed with it. */
export function labelOf(name: string): Label | undefined {
  if (Object.hasOwn(STANDARD, name)) return STANDARD[name]
  return Object.hasOwn(HISTORIQUE, name) ? HISTORIQUE[name] : undefined
}

/** Labels of the standard mode whose value is of a moment of its own. */
export const carriesHorodate = (name: string): boolean => /^(DATE|SMAX.*|CCA.*|UMOY\d|[DF]PM\d)$/.test(name)

/** The number of a group; NaN if its data are no digits. No label carries a sign. */
export function valueOf(name: string, data: string): number {
  const label = labelOf(name)
  if (label?.kind === 'bits') return /^[0-9A-F]{1,8}$/i.test(data) ? parseInt(data, 16) : NaN
  return label !== undefined && label.kind !== 'text' && /^\d{1,15}$/.test(data) ? Number(data) : NaN
}

/** Fields of the register of states STGE: first bit and number of bits (Enedis-NOI-CPT_54E, 6.2.3.14). */
const STGE_FIELDS = {
  'dry-contact-open': [0, 1], 'cut-off': [1, 3], 'cover-open': [4, 1], overvoltage: [6, 1], 'over-reference-power': [7, 1], 'is-producer': [8, 1], 'active-energy-negative': [9, 1],
  'supplier-index': [10, 4], 'distributor-index': [14, 2], 'clock-degraded': [16, 1], 'mode-standard': [17, 1], 'euridis-state': [19, 2], 'plc-state': [21, 2], 'plc-synchronised': [23, 1],
  'colour-today': [24, 2], 'colour-tomorrow': [26, 2], 'mobile-peak-notice': [28, 2], 'mobile-peak': [30, 2],
} as const
export type StgeField = keyof typeof STGE_FIELDS
export const STGE_FIELD_NAMES = Object.keys(STGE_FIELDS) as readonly StgeField[]

export function stgeField(register: number, name: StgeField): number {
  const [bit, count] = STGE_FIELDS[name]
  return Math.floor(register / 2 ** bit) % 2 ** count
}
