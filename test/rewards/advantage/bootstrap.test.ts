import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import biLevelGae from '../../../rewards/advantage/bi-level-gae.ts'
import gae from '../../../rewards/advantage/gae.ts'
import reinforcePlusPlus from '../../../rewards/advantage/reinforce-plus-plus.ts'

const COLUMNS = {
  trajectory: ['cut', 'cut', 'done', 'done'],
  group: ['g', 'g', 'g', 'g'],
  signals: { env: [0, 1, 0, 2], value: [1, 3, 2, 2] },
  truncated: [true, true, false, false],
}
const withBootstrap = (cut: number | null, done: number | null) =>
  parseBatch({ ...COLUMNS, outcomes: { bootstrap: [cut, cut, done, done] } })
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12))

describe('the value of the state after a cut', () => {
  const options = { gamma: 0.9, lam: 0.5, whiten: false }

  it('is what GAE continues with if a limit cut the trajectory, and not where it ended', () => {
    const { advantages, diagnostics } = gae.compute(withBootstrap(10, 100), options)
    const last = 1 + 0.9 * 10 - 3
    const ended = 2 - 2
    const right = [0 + 0.9 * 3 - 1 + 0.45 * last, last, 0 + 0.9 * 2 - 2 + 0.45 * ended, ended]
    expect([...advantages]).toEqual(near(right))
    expect(diagnostics.warnings).toEqual([])
  })

  it('is 0 with a warning where it was not recorded', () => {
    const { advantages, diagnostics } = gae.compute(parseBatch(COLUMNS), options)
    expect(advantages[1]).toBeCloseTo(1 - 3, 12)
    expect(diagnostics.warnings).toEqual([expect.stringContaining('outcomes.bootstrap')])
  })

  it.each([gae, biLevelGae])(
    'keeps $name from a truncated trajectory of which it is null, and from no other',
    (each) => {
      expect([...each.compute(withBootstrap(null, null)).mask]).toEqual([0, 0, 1, 1])
      expect([...each.compute(withBootstrap(1, null)).mask]).toEqual([1, 1, 1, 1])
    },
  )

  it('reaches the last turn of bi-level GAE, and through its return the tokens of the turn', () => {
    const whole = (after: number) =>
      biLevelGae.compute(withBootstrap(after, null), { highLevelGamma: 0.9, whitenEpsilon: 1 })
    expect(whole(10).advantages[1]).toBeGreaterThan(whole(0).advantages[1] ?? 0)
    expect(whole(0).advantages).toEqual(
      biLevelGae.compute(parseBatch(COLUMNS), { highLevelGamma: 0.9, whitenEpsilon: 1 }).advantages,
    )
  })
})

describe('tokens that the agent did not write', () => {
  const rows = { trajectory: ['a', 'b'], group: ['g', 'g'] }
  const plain = parseBatch({ ...rows, perToken: { env: [[1, 2], [3]], value: [[0.5, 1], [2]] } })
  const tool = parseBatch({
    ...rows,
    perToken: { env: [[1, 9, 9, 2], [3]], value: [[0.5, 7, 7, 1], [2]] },
    tokenMask: [[1, 0, 0, 1], [1]],
  })

  it.each([gae, reinforcePlusPlus])('are passed over by $name, without a discount, and have 0', (each) => {
    const options = { gamma: 0.5, ...(each === reinforcePlusPlus && { scoreOf: 'row' }) }
    const [with0, without] = [each.compute(tool, options), each.compute(plain, options)]
    expect([...with0.advantages]).toEqual(near([...without.advantages]))
    const [first = 0, second = 0, third = 0] = without.perToken ?? []
    expect([...(with0.perToken ?? [])]).toEqual(near([first, 0, 0, second, third]))
  })

  it('are refused if their number does not fit, or they are neither 0 nor 1', () => {
    const refused = (tokenMask: unknown) => () => parseBatch({ ...rows, tokenCounts: [2, 1], tokenMask })
    expect(refused([[1, 0, 1], [1]])).toThrow(expect.objectContaining({ code: 'BATCH_INVALID' }))
    expect(refused([[1, 0.5], [1]])).toThrow(expect.objectContaining({ code: 'BATCH_INVALID' }))
  })
})
