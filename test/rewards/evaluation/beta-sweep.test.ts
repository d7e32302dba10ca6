import { describe, expect, it } from 'vitest'
import type { Reward, Step } from '../../../core/data/types.ts'
import { betaSweep } from '../../../rewards/evaluation/beta-sweep.ts'
import { signal, step } from '../../support/reward-samples.ts'

const DISCOUNT = 0.9
/** Moves of a small world: each state's actions with where they lead and what they pay; `end` is the end. */
const MOVES: Readonly<Record<string, Readonly<Record<string, readonly [string, number]>>>> = {
  a: { left: ['b', 0.2], right: ['c', 0], stay: ['a', -0.1] },
  b: { left: ['end', 0.5], right: ['c', 0.3], stay: ['b', 0] },
  c: { left: ['a', 0], right: ['end', 1], stay: ['c', 0.1] },
}
const STATES = Object.keys(MOVES)
const REFERENCE = [0.5, 0.3, 0.2]

/** Soft-optimal values of a temperature: V(s) = beta log sum_a pi_ref(a) exp((r + gamma V(s')) / beta). */
function softValues(beta: number): ReadonlyMap<string, number> {
  let values = new Map(STATES.map((state) => [state, 0]))
  for (let sweep = 0; sweep < 600; sweep++)
    values = new Map(STATES.map((state) => [state, softMaximum(state, values, beta)]))
  return values
}

const actionValue = (state: string, action: string, values: ReadonlyMap<string, number>): number => {
  const [next = 'end', reward = 0] = MOVES[state]?.[action] ?? []
  return reward + DISCOUNT * (values.get(next) ?? 0)
}

const softMaximum = (state: string, values: ReadonlyMap<string, number>, beta: number): number =>
  beta *
  Math.log(
    Object.keys(MOVES[state] ?? {})
      .map((action, at) => (REFERENCE[at] ?? 0) * Math.exp(actionValue(state, action, values) / beta))
      .reduce((a, b) => a + b, 0),
  )

/** Every move once, with the environment's reward and another signal. */
const steps = (extra: (state: string, action: string, at: number) => Reward): readonly Step[] =>
  STATES.flatMap((state) =>
    Object.entries(MOVES[state] ?? {}).map(([action, [next, reward]], at) =>
      step({
        action,
        anchors: { state },
        nextAnchors: { state: next },
        terminated: next === 'end',
        rewards: [signal('env', reward), extra(state, action, at)],
      }),
    ),
  )

const BETAS = [0.03, 0.1, 0.3, 1, 3]
const request = { signal: 'implicit', betas: BETAS, form: 'value', discount: DISCOUNT } as const

/** Implicit reward of the soft-optimal policy of one temperature, recorded with another beta than the sweep has. */
const implicitOf = (temperature: number) => {
  const values = softValues(temperature)
  return steps((state, action, at) => {
    const ratio = (actionValue(state, action, values) - (values.get(state) ?? 0)) / temperature
    const referenceLogProb = Math.log(REFERENCE[at] ?? 1)
    const model = { version: 'v', logProb: referenceLogProb + ratio, referenceLogProb }
    return { name: 'implicit', version: 1, latencyMs: 0, value: 0.05 * ratio, model }
  })
}

describe('a sweep of the weight of a process reward', () => {
  it.each([0.2, 1, 5])(
    'keeps the order of policies at every weight for the implicit reward of a policy that is optimal at temperature %d',
    (temperature) => {
      const figures = betaSweep(implicitOf(temperature), [], request)
      for (const { distance, raw } of figures) {
        expect(distance).toBeCloseTo(0, 6)
        expect(raw).toBeGreaterThan(1e-4)
      }
    },
  )

  it('moves to the signal alone as its weight grows, where it says something else', () => {
    const against = steps((_, action) => signal('implicit', action === 'left' ? -1 : 1))
    const figures = betaSweep(against, [], { ...request, betas: [1e-6, 0.1, 1, 1e6] })
    const distances = figures.map(({ distance }) => distance ?? Number.NaN)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    expect(distances[0]).toBeCloseTo(0, 4)
    const alone = betaSweep(against, [], { ...request, base: 'implicit', signal: 'env', betas: [1e-9] })
    expect(alone[0]?.distance).toBeCloseTo(0, 6)
  })

  it('counts the episodes whose order changes', () => {
    const [good, bad] = [0.5, 0.2].map((env, at) => [
      step({
        anchors: { state: 's' },
        nextAnchors: { state: 'e' },
        rewards: [signal('env', env), signal('implicit', at)],
      }),
    ])
    const groups = [[good ?? [], bad ?? []]]
    const figures = betaSweep(groups.flat(2), groups, { ...request, betas: [0.1, 1] })
    expect(figures.map(({ sameOrder, pairs }) => [sameOrder, pairs])).toEqual([
      [1, 1],
      [0, 1],
    ])
  })

  it('has no figures where the signal is not known everywhere', () => {
    const partly = steps((state) => signal('implicit', state === 'a' ? null : 1))
    expect(betaSweep(partly, [], { ...request, betas: [1] })).toEqual([
      { beta: 1, distance: null, raw: null, sameOrder: null, pairs: 0 },
    ])
  })
})
