import { describe, expect, it } from 'vitest'
import { answerEntropy, anytimeScores, budgetCurve, segmentAdvantages } from '../../../evaluation/probing/curve.ts'
import type { Probe } from '../../../evaluation/probing/forced.ts'
import type { ProbedPrefix } from '../../../evaluation/probing/prefixes.ts'

const probe = (score: number | null, given: Partial<Probe> = {}): Probe => ({
  ...{
    score,
    reason: score === null ? 'failed' : null,
    hasAnswered: true,
    answer: 'a',
    confidence: null,
    wasTaken: false,
    steps: 1,
  },
  ...given,
})

const prefix = (budget: number, probes: readonly Probe[], isWhole = false): ProbedPrefix => ({
  ...{ budget, index: budget, isWhole, probes },
})

const BUDGETS = [0, 2, 4]
const EPISODES = [
  [prefix(0, [probe(0), probe(1)]), prefix(2, [probe(1), probe(1)]), prefix(4, [probe(1)], true)],
  [
    prefix(0, [probe(0, { answer: 'b', confidence: 0.5 }), probe(0)]),
    prefix(2, [probe(null), probe(0)]),
    prefix(4, [probe(0)]),
  ],
]

describe('curves of forced answers', () => {
  it('have each episode once at each budget, by the answers whose score is known', () => {
    const curve = budgetCurve(EPISODES, BUDGETS, 1)
    expect(curve.map(({ score, accuracy, episodes, whole }) => [score, accuracy, episodes, whole])).toEqual([
      [0.25, 0.25, 2, 0],
      [0.5, 0.5, 2, 0],
      [0.5, 0.5, 2, 0.5],
    ])
    expect(curve[0]).toMatchObject({ confidence: 0.5, entropy: Math.log(2) / 2, answered: 1 })
  })

  it('have nulls where nothing is known', () => {
    const [figures] = budgetCurve([[prefix(0, [probe(null, { answer: null })])]], [0], 1)
    expect(figures).toMatchObject({ score: null, accuracy: null, confidence: null, entropy: null, episodes: 0 })
    expect(budgetCurve([[]], [0], 1)[0]).toMatchObject({ score: null, answered: null, whole: 0 })
  })

  it('are one number by how likely each budget above 0 is', () => {
    const curve = budgetCurve([[prefix(0, [probe(1)]), prefix(2, [probe(0.2)]), prefix(4, [probe(0.8)])]], BUDGETS, 1)
    expect(anytimeScores(curve)).toEqual({
      uniform: expect.closeTo(0.5, 9),
      linear: expect.closeTo((0.2 * 2 + 0.8 * 4) / 6, 9),
      base: expect.closeTo(0.8, 9),
    })
    expect(anytimeScores(budgetCurve([[]], BUDGETS, 1))).toBeNull()
  })
})

describe('the entropy of answers', () => {
  it('is 0 for equal answers and log n for n different ones', () => {
    expect(answerEntropy([probe(1), probe(0)])).toBe(0)
    expect(answerEntropy(['a', 'b', 'c'].map((answer) => probe(1, { answer })))).toBeCloseTo(Math.log(3), 12)
    expect(answerEntropy([probe(1, { answer: null })])).toBeNull()
  })
})

describe('advantages of segments', () => {
  it('are those of BRPO over the group, and null where a score is not known', () => {
    const third = [prefix(0, [probe(0)]), prefix(2, [probe(null)]), prefix(4, [probe(1)])]
    const [first, second, none] = segmentAdvantages([...EPISODES, third], BUDGETS)
    // Returns 1 and .5, 0 and 0; V2 .5 and .25; V1 at the second segment .5 times the first score.
    expect(first).toEqual([0.5, 0.125].map((value) => expect.closeTo(value, 9)))
    expect(second).toEqual([-0.5, -0.125].map((value) => expect.closeTo(value, 9)))
    expect(none).toBeNull()
  })
})
