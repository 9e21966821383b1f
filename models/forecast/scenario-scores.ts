/**
 * Energy score of scenarios against what came: mean distance of a scenario to it less half the mean distance between two
 * scenarios. Lower is better; the unit is that of the values (T. Gneiting and A. E. Raftery, J. American Statistical Association 102
 * (2007)).
 * @param scenarios each the values of the same cells (series and steps) as `came`
 */
export function energyScore(scenarios: readonly ArrayLike<number>[], came: ArrayLike<number>): number {
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0
    for (let k = 0; k < came.length; k += 1) sum += (a[k] - b[k]) ** 2
    return Math.sqrt(sum)
  }
  let to = 0
  let between = 0
  for (const [i, one] of scenarios.entries()) {
    to += distance(one, came)
    for (let j = 0; j < i; j += 1) between += distance(one, scenarios[j])
  }
  return to / scenarios.length - between / scenarios.length ** 2
}

/**
 * Variogram score of order 1/2: of each two cells, how far the scenarios' mean of |a - b|^(1/2) is from what came, squared; the mean over
 * all pairs. Where the energy score hardly sees a wrong correlation, this one does (M. Scheuerer and T. M. Hamill, Mon. Weather Rev. 143
 * (2015)). Lower is better.
 */
export function variogramScore(scenarios: readonly ArrayLike<number>[], came: ArrayLike<number>): number {
  let sum = 0
  for (let a = 0; a < came.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      let mean = 0
      for (const one of scenarios) mean += Math.sqrt(Math.abs(one[a] - one[b]))
      sum += (Math.sqrt(Math.abs(came[a] - came[b])) - mean / scenarios.length) ** 2
    }
  }
  return sum / ((came.length * (came.length - 1)) / 2)
}
