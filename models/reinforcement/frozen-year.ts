/**
 * What a study stands on, in a form that may be kept for good: hourly curves of cells of at least `FEWEST_HOLDERS` holders (or of
 * holders whose figures are public anyway), and how each bus is made of them. A study is always computed from this, so that it can be
 * computed again when the personal curves are gone.
 */
export const FEWEST_HOLDERS = 11

export interface FrozenCell {
  readonly id: string
  /** class: one load class over several substations. substation: everything below some transformers. public: holders whose figures are public. boundary: the rest of the town. */
  readonly kind: 'class' | 'substation' | 'public' | 'boundary'
  /** Distinct holders whose measured curves are in it; where nothing of it is measured, all holders. */
  readonly holders: number
  readonly deliveryPoints: number
  readonly loadClass: string
  /** kW by hour, single precision; positive drawn. */
  readonly powerKw: Float32Array
  /** kW a degree by hour of the local day. */
  readonly perDegreeKw: Float32Array
  readonly measuredShare: number
}

export interface FrozenYear {
  readonly format: 1
  readonly districtVersion: string
  readonly timeZone: string
  /** Beginning of the first hour, ms, and how many there are. */
  readonly from: number
  readonly hours: number
  readonly temperatureC: Float32Array
  /** assumed: nothing was measured, a mild oceanic year stands in. */
  readonly temperatureSource: 'measured' | 'assumed'
  /** Daily means of all that is stored, by which a cold spell of so many winters is judged; NaN where not known. */
  readonly temperatureHistory?: { readonly firstDay: number; readonly temperatureC: Float32Array }
  /** Cells of kind `substation` first scale the sum of what hangs below them. */
  readonly cells: readonly FrozenCell[]
  /** Share of a cell's curve that each bus takes, by name of the bus; the class is what hangs there, where the cell holds several. Energies are declared ones, of two digits. */
  readonly buses: readonly { readonly bus: string; readonly cell: string; readonly share: number; readonly loadClass: string; readonly tanPhi: number; readonly annualEnergyKwh: number; readonly deliveryPoints: number }[]
  /** Transformers whose sum a cell of kind `substation` is. */
  readonly sums: readonly { readonly cell: string; readonly transformers: readonly string[] }[]
  /** Relative curves of the load classes, for what is yet to come. */
  readonly curves: readonly { readonly loadClass: string; readonly curves: number; readonly relative: Float32Array; readonly perDegree: Float32Array }[]
  readonly measuredHours: number
  /** kW by hour that the feeder heads together were measured to carry, NaN where they were not: what the model is held to. */
  readonly headKw?: Float32Array
}

/** Cells that a sum of transformers scales: what protected holders draw. */
export const isScaled = ({ kind, id }: FrozenCell): boolean => kind === 'class' && !id.startsWith('production:')
type Curve = FrozenYear['curves'][number]
const isLevel = ({ relative }: Curve): boolean => relative.every((value) => value === relative[0])
const classesOf = ({ curves }: FrozenYear, is: (curve: Curve) => boolean): readonly string[] => curves.filter((curve) => curve.curves === 0 && is(curve)).map(({ loadClass }) => loadClass)
/** Classes of which nothing tells a curve: they are drawn level, and their peaks are too low. */
export const flatClasses = (frozen: FrozenYear): readonly string[] => classesOf(frozen, isLevel)
/** Classes that no meter told of and that have a curve all the same: the sun's for panels, or the one that the folder of the district gives. */
export const assumedClasses = (frozen: FrozenYear): readonly string[] => classesOf(frozen, (curve) => !isLevel(curve))
