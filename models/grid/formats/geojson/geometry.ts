/** Distances on the earth, and finding what lies near a place. Positions are [longitude, latitude], WGS 84, degrees. */
export type Position = readonly [longitude: number, latitude: number]

/** Mean radius of the earth (IUGG 1980). */
const EARTH_M = 6_371_008.8
const rad = (deg: number): number => (deg * Math.PI) / 180

/** Great-circle distance, m (haversine). */
export function distanceM([lonA, latA]: Position, [lonB, latB]: Position): number {
  const half = Math.sin(rad(latB - latA) / 2) ** 2 + Math.cos(rad(latA)) * Math.cos(rad(latB)) * Math.sin(rad(lonB - lonA) / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)))
}

/** Distance from the first point to each, along the course, m. */
export function alongM(course: readonly Position[]): readonly number[] {
  let sum = 0
  return course.map((position, k) => (sum += k === 0 ? 0 : distanceM(course[k - 1], position)))
}

export interface OnCourse {
  readonly distanceM: number
  /** From the first point of the course. */
  readonly alongM: number
  readonly position: Position
}

/** The point of a course nearest to a position. Flat within the few metres or hundreds of metres that a segment has. */
export function nearestOnCourse(position: Position, course: readonly Position[]): OnCourse {
  const scale = Math.cos(rad(position[1]))
  const along = alongM(course)
  const candidates = course.slice(1).map((end, k): OnCourse => {
    const start = course[k]
    const [dx, dy] = [(end[0] - start[0]) * scale, end[1] - start[1]]
    const [px, py] = [(position[0] - start[0]) * scale, position[1] - start[1]]
    const square = dx * dx + dy * dy
    const share = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square))
    const foot: Position = [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])]
    return { distanceM: distanceM(position, foot), alongM: along[k] + share * (along[k + 1] - along[k]), position: foot }
  })
  return candidates.reduce((best, one) => (one.distanceM < best.distanceM ? one : best))
}

/** Finds entries within `reachM` of a place without looking at all of them: a grid of cells of that size. */
export class NearIndex<T> {
  readonly #cells = new Map<string, T[]>()
  readonly #lonStep: number
  readonly #latStep: number

  /** @param middleLatitude where the network lies; cells are as wide as `reachM` there */
  constructor(reachM: number, middleLatitude: number) {
    this.#latStep = (reachM / EARTH_M) * (180 / Math.PI)
    // Cells get narrower in metres towards the pole: half as much again covers a network of a country.
    this.#lonStep = (1.5 * this.#latStep) / Math.max(0.01, Math.cos(rad(middleLatitude)))
  }

  addPoint(position: Position, entry: T): void {
    this.#add(this.#column(position), this.#row(position), entry)
  }

  /** Puts an entry in every cell that the box around the segment touches. */
  addSegment(a: Position, b: Position, entry: T): void {
    const [columns, rows] = [[this.#column(a), this.#column(b)], [this.#row(a), this.#row(b)]]
    for (let column = Math.min(...columns); column <= Math.max(...columns); column++) {
      for (let row = Math.min(...rows); row <= Math.max(...rows); row++) this.#add(column, row, entry)
    }
  }

  /** Everything that may be within reach, each once; the caller measures. */
  near(position: Position): ReadonlySet<T> {
    const found = new Set<T>()
    const [column, row] = [this.#column(position), this.#row(position)]
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) for (const entry of this.#cells.get(`${c} ${r}`) ?? []) found.add(entry)
    }
    return found
  }

  readonly #column = ([longitude]: Position): number => Math.floor(longitude / this.#lonStep)
  readonly #row = ([, latitude]: Position): number => Math.floor(latitude / this.#latStep)

  #add(column: number, row: number, entry: T): void {
    const key = `${column} ${row}`
    const cell = this.#cells.get(key)
    if (cell === undefined) this.#cells.set(key, [entry])
    else cell.push(entry)
  }
}
