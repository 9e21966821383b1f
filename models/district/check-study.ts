import type { DocumentIndex, EntryKind } from './document-index.ts'
import { fault, pointerKey, type Fault } from './fault.ts'
import type { Range, Study } from './schema-study.ts'

const NODES: readonly EntryKind[] = ['network/busbars', 'network/junctions']
const TOLERANCE = 1e-6

/** The study of a document: what it says by itself, and every node that it names. */
export function studyFaults(index: DocumentIndex): Fault[] {
  const study = index.part('study')
  if (study === undefined) return []
  const faults = studyMisfits(study)
  for (const { path, node } of nodesOf(study)) {
    const found = index.find(node)
    if (found === undefined || !NODES.includes(found.kind)) faults.push(fault('PF_DISTRICT_REFERENCE', `/study${path}`, `There is no busbar or junction "${node}".`))
  }
  return faults
}

/** Where a study contradicts itself: probabilities, years, places, ranges, money. */
export function studyMisfits(study: Study): Fault[] {
  const faults: Fault[] = []
  const misfit = (path: string, message: string, remedy?: string) => void faults.push(fault('PF_DISTRICT_MISFIT', `/study${path}`, message, remedy))
  if (study.toYear <= study.fromYear) misfit('/toYear', `The study ends in ${study.toYear} and begins in ${study.fromYear}.`)
  wholeOf(study.scenarios, '/scenarios', 'scenarios', misfit)
  wholeOf(study.weatherYears, '/weatherYears', 'weather years', misfit)
  study.scenarios.forEach((scenario, i) => scenarioFaults(scenario, `/scenarios/${i}`, misfit))
  study.weatherYears.forEach(({ kind, shiftC, coldSpell }, i) => {
    if (kind === 'shifted' && shiftC === undefined) misfit(`/weatherYears/${i}`, 'A shifted year does not say by how much.', 'Write `shiftC`.')
    if (kind === 'cold-spell' && coldSpell === undefined) misfit(`/weatherYears/${i}`, 'A year with a cold spell does not say how cold.', 'Write `coldSpell`.')
  })
  moneyFaults(study.money, misfit)
  sameIds(study.scenarios, '/scenarios', faults)
  sameIds(study.weatherYears, '/weatherYears', faults)
  sameIds(study.offers ?? [], '/offers', faults)
  return faults
}

type Misfit = (path: string, message: string, remedy?: string) => void

function wholeOf(parts: readonly { readonly probability: number }[], path: string, what: string, misfit: Misfit): void {
  const sum = parts.reduce((total, { probability }) => total + probability, 0)
  if (Math.abs(sum - 1) > TOLERANCE) misfit(path, `The probabilities of the ${what} sum to ${Number(sum.toFixed(6))}.`, 'Make them sum to 1.')
}

function sameIds(parts: readonly { readonly id: string }[], path: string, faults: Fault[]): void {
  parts.forEach(({ id }, i) => {
    if (parts.findIndex((part) => part.id === id) < i) faults.push(fault('PF_DISTRICT_DUPLICATE_ID', `/study${path}/${i}/id`, `"${id}" is given twice.`))
  })
}

function scenarioFaults({ growthPct, electricVehicles, heatPumps, renovation, photovoltaics, heatNetwork }: Study['scenarios'][number], path: string, misfit: Misfit): void {
  const shares = [{ at: 'renovation/share', of: renovation?.share }, { at: 'heatNetwork/share', of: heatNetwork?.share }]
  const paths = [{ at: 'electricVehicles/vehicles', of: electricVehicles?.vehicles }, { at: 'heatPumps/dwellings', of: heatPumps?.dwellings }, { at: 'photovoltaics/peakKw', of: photovoltaics?.peakKw }, ...shares]
  for (const { at, of = [] } of paths) {
    of.forEach(({ year, amount }, i) => {
      if (i > 0 && year <= of[i - 1]!.year) misfit(`${path}/${at}/${i}/year`, `${year} follows ${of[i - 1]!.year}.`, 'Write years in ascending order.')
      rangeFaults(amount, `${path}/${at}/${i}/amount`, misfit)
      if (endsOf(amount).some((value) => value < 0)) misfit(`${path}/${at}/${i}/amount`, 'An amount is below 0.')
    })
  }
  for (const { at, of = [] } of shares) of.forEach(({ amount }, i) => { if (endsOf(amount).some((value) => value > 1)) misfit(`${path}/${at}/${i}/amount`, 'A share is above 1.') })
  for (const [loadClass, pct] of Object.entries(growthPct)) {
    rangeFaults(pct, `${path}/growthPct/${pointerKey(loadClass)}`, misfit)
    if (endsOf(pct).some((value) => value <= -100)) misfit(`${path}/growthPct/${pointerKey(loadClass)}`, 'Nothing would be left after a year.')
  }
  if (electricVehicles !== undefined) {
    const { home, work, public: street } = electricVehicles.places
    if (Math.abs(home + work + street - 1) > TOLERANCE) misfit(`${path}/electricVehicles/places`, `The places sum to ${Number((home + work + street).toFixed(6))}.`, 'Make them sum to 1.')
  }
  heatPumps?.performance.forEach(({ outsideC }, i, all) => {
    if (i > 0 && outsideC <= all[i - 1]!.outsideC) misfit(`${path}/heatPumps/performance/${i}/outsideC`, `${outsideC} degC follows ${all[i - 1]!.outsideC}.`, 'Write temperatures in ascending order.')
  })
}

function moneyFaults(money: Study['money'], misfit: Misfit): void {
  if (money.rates === 'real' && money.inflationPct !== undefined) misfit('/money/inflationPct', 'Real rates have no inflation in them: the two would be mixed.', 'Leave `inflationPct` out, or write `rates: nominal` and nominal rates.')
  if (money.rates === 'nominal' && money.inflationPct === undefined) misfit('/money/rates', 'Nominal rates say nothing without the inflation.', 'Write `inflationPct`, or real rates.')
  for (const key of ['discountPct', 'energyLossEurPerMwh', 'energyNotServedEurPerMwh', 'co2EurPerTonne'] as const) {
    rangeFaults(money[key], `/money/${key}`, misfit)
    if (endsOf(money[key]).some((value) => value < 0)) misfit(`/money/${key}`, 'It is below 0.')
  }
}

const endsOf = (value: number | Range): readonly number[] => (typeof value === 'number' ? [value] : [value.low, value.likely, value.high])

function rangeFaults(value: number | Range, path: string, misfit: Misfit): void {
  const [low, likely = low, high = low] = endsOf(value)
  if (low! > likely! || likely! > high!) misfit(path, `Low, likely and high are ${low}, ${likely} and ${high}.`, 'Write them in ascending order.')
}

function nodesOf({ scenarios, offers = [] }: Study): { path: string; node: string }[] {
  const ofScenarios = scenarios.flatMap(({ newBuildings = [], arrivals = [], electricVehicles, heatPumps, photovoltaics }, i) => [
    ...newBuildings.map(({ node }, k) => ({ path: `/scenarios/${i}/newBuildings/${k}/node`, node })),
    ...arrivals.map(({ node }, k) => ({ path: `/scenarios/${i}/arrivals/${k}/node`, node })),
    ...Object.entries({ electricVehicles, heatPumps, photovoltaics }).flatMap(([key, part]) => Object.keys(part?.at ?? {}).map((node) => ({ path: `/scenarios/${i}/${key}/at/${pointerKey(node)}`, node }))),
  ])
  return [...ofScenarios, ...offers.map(({ node }, k) => ({ path: `/offers/${k}/node`, node }))]
}
