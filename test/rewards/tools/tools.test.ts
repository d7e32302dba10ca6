import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonEqualityKey, pythonEquals } from '../../../core/cpython/equality.ts'
import { optimalAssignment } from '../../../rewards/tools/assignment.ts'
import { bagOverlap } from '../../../rewards/tools/call.ts'
import { assignmentRewards, callSimilarity, greedyAssignment, transportRewards } from '../../../rewards/tools/match.ts'
import { toolCallReward, toolRlScore } from '../../../rewards/tools/toolrl.ts'

const book = { name: 'book', parameters: { date: 'today', seats: 2 } }
const likeness = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
})

describe('ToolRL', () => {
  it('pays 3 for the wanted calls, -3 for none, and values in between', () => {
    expect(toolCallReward([book], [book])).toBe(3)
    expect(toolCallReward([book], [])).toBe(-3)
    // 1 for the name, 1 for the parameters' names, 1 of 2 values, of at most 1 + 1 + 2
    expect(toolCallReward([book], [{ name: 'book', parameters: { date: 'today', seats: 3 } }])).toBe((6 * 3) / 4 - 3)
  })

  it('takes 1 for True, as Python does', () => {
    const flagged = { name: 'set', parameters: { on: true } }
    expect(toolCallReward([flagged], [{ name: 'set', parameters: { on: 1 } }])).toBe(3)
  })

  const wanted = `<think> x </think>\n<tool_call>\n${JSON.stringify(book)}\n</tool_call>`
  it('scores format and calls of an answer apart', () => {
    expect(toolRlScore(`  ${wanted}\n`, wanted)).toEqual({ format: 1, correctness: 3, score: 4 })
    expect(toolRlScore(wanted.replace('\n<tool', ' <tool'), wanted)).toEqual({ format: 0, correctness: 3, score: 3 })
    expect(toolRlScore(wanted.replace('}}', '}'), wanted)).toEqual({ format: 1, correctness: -3, score: -2 })
    expect(toolRlScore('<think> x </think>', wanted)).toEqual({ format: 0, correctness: -3, score: -3 })
    expect(toolRlScore(`${wanted}\n<tool_call>`, wanted).format).toBe(0)
  })

  it('asks an answer without calls for its format only', () => {
    const answer = '<think> x </think>\n<response> y </response>'
    expect(toolRlScore(answer, answer)).toEqual({ format: 1, correctness: 0, score: 1 })
  })
})

/** Every assignment is tried. */
function greatestSum([row, ...others]: readonly (readonly number[])[], taken: readonly number[] = []): number {
  if (row === undefined) return 0
  const free = [...row.keys()].filter((wanted) => !taken.includes(wanted))
  const sums = free.map((wanted) => (row[wanted] ?? 0) + greatestSum(others, [...taken, wanted]))
  return Math.max(greatestSum(others, taken), ...sums)
}

describe('MatchTIR', () => {
  it('likens calls of one name by their parameters', () => {
    expect(callSimilarity(book, book)).toBe(1)
    expect(callSimilarity({ name: 'look', parameters: book.parameters }, book)).toBe(0)
    expect(callSimilarity({ name: 'BOOK', parameters: { date: 'today' } }, book)).toBe((1 + 0.5 + 1) / 4)
  })

  it('assigns greedily, which need not be best', () => {
    expect(
      greedyAssignment([
        [0.9, 0.8],
        [0.8, 0.1],
      ]),
    ).toEqual([0, 1])
    expect(
      assignmentRewards(
        [
          [0.9, 0.8],
          [0.8, 0],
        ],
        -0.5,
      ),
    ).toEqual([0.9, -0.5])
  })

  it('assigns optimally if asked to: no other assignment has a greater sum', () => {
    fc.assert(
      fc.property(likeness, (matrix) => {
        const assigned = optimalAssignment(matrix)
        const used = assigned.filter((wanted) => wanted !== null)
        expect(new Set(used).size).toBe(used.length)
        const sum = assigned.reduce((total: number, wanted, made) => total + (matrix[made]?.[wanted ?? -1] ?? 0), 0)
        expect(sum).toBeCloseTo(greatestSum(matrix), 9)
      }),
    )
    expect(
      optimalAssignment([
        [0.9, 0.8],
        [0.8, 0.1],
      ]),
    ).toEqual([1, 0])
    expect(optimalAssignment([[0], [0.5]])).toEqual([null, 0])
    expect(optimalAssignment([])).toEqual([])
  })

  it('never gives a wanted call twice, nor one that a better pair is free for', () => {
    fc.assert(
      fc.property(likeness, (matrix) => {
        const assigned = greedyAssignment(matrix)
        const used = assigned.filter((wanted) => wanted !== null)
        expect(new Set(used).size).toBe(used.length)
        matrix.forEach((row, made) => {
          row.forEach((score, wanted) => {
            const own = assigned[made] ?? null
            const isBetter = score > (own === null ? 0 : (row[own] ?? 0))
            if (isBetter) expect(used).toContain(wanted)
          })
        })
      }),
    )
  })

  it('spreads soft rewards by a plan whose rows weigh 1/calls', () => {
    fc.assert(
      fc.property(likeness, (matrix) => {
        const rewards = transportRewards(matrix)
        for (const [made, reward] of rewards.entries())
          expect(reward).toBeLessThanOrEqual(Math.max(...(matrix[made] ?? [])) / matrix.length + 1e-9)
        expect(rewards.every((reward) => reward >= 0)).toBe(true)
      }),
    )
    expect(transportRewards([[1]])[0]).toBeCloseTo(1, 9)
  })
})

describe('bags', () => {
  it('overlap from 0 to 1, alike both ways, and fully for equal ones', () => {
    const bag = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 })
    fc.assert(
      fc.property(bag, bag, (a, b) => {
        expect(bagOverlap(a, b)).toBe(bagOverlap(b, a))
        expect(bagOverlap(a, a.toReversed())).toBe(1)
        expect(bagOverlap(a, b)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe("Python's equality", () => {
  it('takes truth values for numbers and dicts regardless of order', () => {
    expect(pythonEquals({ a: 1, b: [true] }, { b: [1], a: true })).toBe(true)
    expect(pythonEquals({ a: 1 }, { a: 1, b: 1 })).toBe(false)
    expect(pythonEquals('1', 1)).toBe(false)
    expect(pythonEquals(null, false)).toBe(false)
    expect(pythonEquals([], {})).toBe(false)
  })

  it('holds for values with equal keys, but that a dict and its list of pairs share one', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        if (pythonEquals(a, b)) expect(pythonEqualityKey(a)).toBe(pythonEqualityKey(b))
        expect(pythonEquals(a, structuredClone(a))).toBe(true)
      }),
    )
    expect(pythonEqualityKey({ b: 2, a: true })).toBe(
      pythonEqualityKey([
        ['a', 1],
        ['b', 2],
      ]),
    )
    expect(pythonEqualityKey(-0)).toBe(pythonEqualityKey(false))
  })
})
