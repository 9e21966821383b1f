/**
 * How long the default study takes, how long a slider waits, and how many states both solve, for each district.
 *   npm run bench:study -- [--json] [--quick]
 * --quick leaves the whole studies out.
 */
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { json, printer, quick } from '../load-flow/print.ts'
import { openStudies, type Studies } from './studies.ts'

const DISTRICTS = ['capucins', 'oberrhein']
const STUDY_AIM_S = 180
const SLIDER_AIM_S = 5
const SLIDER_MOVES = 3
const print = printer('study')

for (const name of DISTRICTS) {
  const studies = await openStudies(name)
  try {
    if (!quick) await wholeStudy(name, studies)
    await sliderMoves(name, studies)
  } finally {
    await studies.close()
  }
}

async function wholeStudy(name: string, studies: Studies): Promise<void> {
  const { result, tookS } = await timed(() => studies.run('full', 0, progressBar(name)))
  print(`${name}: default study`, tookS, 's', `< ${STUDY_AIM_S}`, tookS < STUDY_AIM_S)
  printStates(`${name}: default study`, result)
}

/** Each move changes a number, so that nothing can be remembered whole; the slowest counts. */
async function sliderMoves(name: string, studies: Studies): Promise<void> {
  let slowestS = 0
  let last: StudyResult | undefined
  for (let move = 1; move <= SLIDER_MOVES; move += 1) {
    const { result, tookS } = await timed(() => studies.run('quick', move, () => undefined))
    slowestS = Math.max(slowestS, tookS)
    last = result
  }
  print(`${name}: slowest of ${SLIDER_MOVES} slider moves`, slowestS, 's', `< ${SLIDER_AIM_S}`, slowestS < SLIDER_AIM_S)
  if (last !== undefined) printStates(`${name}: slider move`, last)
}

function printStates(name: string, { states, futures }: StudyResult): void {
  print(`${name}, futures (scenario, weather, year)`, futures.length, '')
  print(`${name}, states solved in normal operation`, states.normalSolved, '')
  print(`${name}, states solved after outages`, states.outageSolved, '')
  print(`${name}, low-voltage states after outages that the bound excludes`, states.lowVoltageScreenedOut, '')
  print(`${name}, low-voltage states after outages that were solved`, states.lowVoltageSolved, '')
  print(`${name}, states that did not settle`, states.notSettled, '', '0', states.notSettled === 0)
}

async function timed(run: () => Promise<StudyResult>): Promise<{ readonly result: StudyResult; readonly tookS: number }> {
  const begun = performance.now()
  const result = await run()
  return { result, tookS: (performance.now() - begun) / 1000 }
}

/** On one line of a terminal; nowhere else. */
function progressBar(name: string): (share: number, phase: string) => void {
  if (json || !process.stderr.isTTY) return () => undefined
  return (share, phase) => void process.stderr.write(`\r${name} ${'#'.repeat(Math.round(share * 40)).padEnd(40, '.')} ${Math.round(share * 100)} % ${phase.padEnd(20)}${share >= 1 ? '\n' : ''}`)
}
