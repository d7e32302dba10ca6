import { describe, expect, it } from 'vitest'
import { workerOutcome } from '../../../../envs/webshop/verl/outcome.ts'

describe('workerOutcome', () => {
  it('pays 10 for an episode that ended with a reward of exactly 1', () => {
    expect(workerOutcome({ reward: 1, done: true })).toEqual({ reward: 10, won: true, taskScore: 1 })
  })

  it('pays nothing for less, or before the end, and keeps the score', () => {
    expect(workerOutcome({ reward: 0.999, done: true })).toEqual({ reward: 0, won: false, taskScore: 0.999 })
    expect(workerOutcome({ reward: 1, done: false })).toEqual({ reward: 0, won: false, taskScore: 1 })
  })
})
