import { describe, expect, it } from 'vitest'
import { ProgramBuilder } from './linear-program.ts'

describe('a linear program written down in any order', () => {
  it('is compressed by columns, and entries of one place are added', () => {
    const builder = new ProgramBuilder()
    const [a, b] = [builder.column(1, true), builder.column(Infinity)]
    const first = builder.row(-Infinity, 5, [[b, 2]])
    const second = builder.row(1, 1, [[a, 3], [b, 4]])
    builder.add(first, a, 7)
    builder.add(second, a, 0.5)
    builder.add(first, b, 1)
    builder.add(second, b, 1e-17)
    builder.addCost(b, 10)
    builder.addCost(b, 5)
    const program = builder.program()
    expect([...program.columnStart]).toEqual([0, 2, 4])
    expect([...program.rowIndex]).toEqual([1, 0, 0, 1])
    expect([...program.value]).toEqual([3.5, 7, 3, 4])
    expect([[...program.costs], [...program.upper], [...program.integer]]).toEqual([[0, 15], [1, Infinity], [1, 0]])
    expect([[...program.rowLower], [...program.rowUpper]]).toEqual([[-Infinity, 1], [5, 1]])
  })
})
