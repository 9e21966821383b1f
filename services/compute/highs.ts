/** HiGHS as a solver of linear and mixed-integer programs: one thread, in WebAssembly, in whatever thread asks for it. */
import highsModule from 'highs'
import type { Highs, ModelStatusCode } from 'highs'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LinearProgram, LinearSolution, LinearSolver } from '#models/reinforcement/choice-problem.ts'

// Its types describe a CommonJS module, whose default is one level deeper than that of the ES module that Node loads.
const loadHighs = highsModule as unknown as typeof highsModule.default
let loading: Promise<Highs> | undefined
/**
 * Works by year: rounding finds good ones at once, and the branches prove it; smaller programs within the program and restarts cost more
 * than they find. Measured on a choice of 16 years and 20 options: a third of the time of what is usual, and the same choice.
 */
const OF_WHOLE_NUMBERS = {
  mip_allow_restart: false, mip_heuristic_run_feasibility_jump: false, mip_heuristic_run_zi_round: true, mip_heuristic_run_shifting: true,
  mip_heuristic_run_rins: false, mip_heuristic_run_rens: false, mip_heuristic_run_root_reduced_cost: false,
} as const

/** The solver of this thread. Its WebAssembly is read and compiled at the first call. */
export async function highsSolver(): Promise<LinearSolver> {
  const highs = await (loading ??= loadHighs()).catch((cause: unknown) => {
    loading = undefined
    throw new PenfeldError('PF_SOLVER_FAILED', 'HiGHS could not be loaded.', { cause })
  })
  return (program, limits = {}) => solve(highs, program, limits)
}

function solve(highs: Highs, program: LinearProgram, { seconds, gap }: { readonly seconds?: number; readonly gap?: number }): LinearSolution {
  const numCols = program.costs.length
  const numRows = program.rowLower.length
  const model = highs.createModel()
  try {
    const whole = program.integer.includes(1)
    model.options.set({ output_flag: false, ...(whole ? OF_WHOLE_NUMBERS : {}), ...(seconds === undefined ? {} : { time_limit: seconds }), ...(gap === undefined ? {} : { mip_rel_gap: gap }) })
    model.passModel({
      numCols, numRows, colCost: program.costs, colLower: program.lower, colUpper: program.upper, rowLower: program.rowLower, rowUpper: program.rowUpper,
      matrix: { format: 'csc', numRows, numCols, starts: program.columnStart, indices: program.rowIndex, values: program.value },
      ...(whole ? { integrality: Int32Array.from(program.integer) } : {}),
    })
    model.run()
    let status = model.getModelStatus()
    if (status === highs.constants.modelStatus.unboundedOrInfeasible) {
      // Presolve may stop before it knows which of the two it is.
      model.options.set({ presolve: 'off' })
      model.run()
      status = model.getModelStatus()
    }
    const ended = statusOf(highs, status)
    // After a time limit there may be nothing that keeps every row.
    const holds = ended === 'optimal' || (ended === 'time-limit' && model.info.get('primal_solution_status') === FEASIBLE)
    const solution = holds ? model.getSolution() : undefined
    return {
      status: ended,
      objective: holds ? model.getObjectiveValue() : NaN,
      values: solution?.colValue.slice() ?? new Float64Array(0),
      rowDuals: whole || ended !== 'optimal' ? new Float64Array(0) : solution!.rowDual.slice(),
      gap: !holds ? NaN : ended === 'optimal' && !whole ? 0 : whole ? Number(model.info.get('mip_gap')) : NaN,
    }
  } catch (cause) {
    if (cause instanceof PenfeldError) throw cause
    // What ran out of memory answers no more: the next one asks a new one.
    if (cause instanceof Error && cause.name === 'RuntimeError') loading = undefined
    throw new PenfeldError('PF_SOLVER_FAILED', `HiGHS refused a program of ${numCols} columns and ${numRows} rows: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  } finally {
    if (loading !== undefined) model.dispose()
  }
}

/** kSolutionStatusFeasible of HiGHS. */
const FEASIBLE = 2

function statusOf({ constants: { modelStatus } }: Highs, status: ModelStatusCode): LinearSolution['status'] {
  switch (status) {
    // A program without columns or rows is empty, and holds.
    case modelStatus.optimal: case modelStatus.empty: return 'optimal'
    case modelStatus.infeasible: return 'infeasible'
    case modelStatus.unbounded: return 'unbounded'
    case modelStatus.timeLimit: case modelStatus.iterationLimit: return 'time-limit'
    default: throw new PenfeldError('PF_SOLVER_FAILED', `HiGHS ended with model status ${status}.`)
  }
}
