import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../core/data/types.ts'
import { applyRecipe } from '../../../rewards/shaping/apply.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'
import { recipeOf, sumOf, transformedSteps } from './terms.ts'

describe('potential', () => {
  it('is what the next state has more, and takes the last potential back', () => {
    const before = transformedSteps([{ kind: 'potential', gamma: 0.5, of: 'before' }], [1, 2, 4])
    expect(before).toEqual([0, 0, -4])
    const after = transformedSteps([{ kind: 'potential', gamma: 0.5, of: 'after', start: 1 }], [2, 4, 100])
    expect(after).toEqual(before)
  })

  it('is unknown beside an unknown potential', () => {
    expect(transformedSteps([{ kind: 'potential', gamma: 1, of: 'before' }], [1, null, 2, 3])).toEqual([
      null,
      null,
      1,
      -3,
    ])
    expect(transformedSteps([{ kind: 'potential', gamma: 1, of: 'after' }], [])).toEqual([])
  })
})

/** States 0 to n - 1, two actions; past the last step of the horizon, and on leaving, there is nothing more. */
interface Mdp {
  readonly gamma: number
  readonly horizon: number
  readonly phi: readonly number[]
  readonly rewards: readonly (readonly number[])[]
  /** Chances of each next state; what is missing to 1 is the end. */
  readonly chances: readonly (readonly (readonly number[])[])[]
}

const share = fc.double({ min: 0, max: 1, noNaN: true })
const value = fc.double({ min: -5, max: 5, noNaN: true })
const N = 3
const listOf = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length })
const anyMdp: fc.Arbitrary<Mdp> = fc.record({
  gamma: share,
  horizon: fc.integer({ min: 1, max: 3 }),
  phi: listOf(value, N),
  rewards: listOf(listOf(value, 2), N),
  chances: listOf(listOf(listOf(share, N + 1), 2), N).map((states) =>
    states.map((actions) =>
      actions.map((raw) => raw.slice(0, N).map((chance) => chance / (raw.reduce((a, b) => a + b, 0) + 1e-9))),
    ),
  ),
})
/** Chance of the first action, for each state. */
const anyPolicy = listOf(share, N)

interface Path {
  readonly probability: number
  readonly states: readonly number[]
  readonly actions: readonly number[]
}

function pathsFrom(mdp: Mdp, policy: readonly number[], state: number, left: number): readonly Path[] {
  const first = policy[state] ?? 0
  return [first, 1 - first].flatMap((chosen, action) => {
    const chances = mdp.chances[state]?.[action] ?? []
    const onward = chances.flatMap((chance, next) =>
      left === 1
        ? [{ probability: chosen * chance, states: [state], actions: [action] }]
        : pathsFrom(mdp, policy, next, left - 1).map((path) => ({
            probability: chosen * chance * path.probability,
            states: [state, ...path.states],
            actions: [action, ...path.actions],
          })),
    )
    const over = 1 - chances.reduce((a, b) => a + b, 0)
    return [...onward, { probability: chosen * over, states: [state], actions: [action] }]
  })
}

const recorded = (mdp: Mdp, { states, actions }: Path): Trajectory =>
  trajectory({
    steps: states.map((state, index) =>
      step({
        index,
        rewards: [signal('env', mdp.rewards[state]?.[actions[index] ?? 0] ?? 0), signal('phi', mdp.phi[state] ?? 0)],
      }),
    ),
  })

const discounted = (gamma: number) => ({ kind: 'discounted', gamma }) as const

describe('potential-based shaping of any small decision process', () => {
  it('shifts the return of every policy by -Phi(s_0), and so prefers none', () => {
    fc.assert(
      fc.property(anyMdp, anyPolicy, (mdp, policy) => {
        const { gamma } = mdp
        const plain = recipeOf([{ signal: 'env', weight: 1, aggregate: discounted(gamma) }])
        const shaped = recipeOf([
          { signal: 'env', weight: 1, aggregate: discounted(gamma) },
          {
            ...{ signal: 'phi', weight: 1, aggregate: discounted(gamma) },
            transforms: [{ kind: 'potential', gamma, of: 'before' }],
          },
        ])
        const valueUnder = (recipe: typeof plain): number =>
          pathsFrom(mdp, policy, 0, mdp.horizon).reduce(
            (sum, path) => sum + path.probability * (applyRecipe(recipe, recorded(mdp, path)).total ?? Number.NaN),
            0,
          )
        expect(valueUnder(shaped) - valueUnder(plain)).toBeCloseTo(-(mdp.phi[0] ?? 0), 8)
      }),
      { numRuns: 30 },
    )
  })

  it('pays two ways to an end alike, which the potential of the end itself would not', () => {
    const [low, high] = [
      [1, 3, 2],
      [1, 3, 5],
    ] as const
    const naively = (phi: readonly number[]) => phi.slice(1).reduce((sum, next, at) => sum + next - (phi[at] ?? 0), 0)
    const shaped = (phi: readonly number[]) =>
      sumOf(transformedSteps([{ kind: 'potential', gamma: 1, of: 'after', start: 1 }], phi.slice(1)))
    expect([naively(low), naively(high)]).toEqual([1, 4])
    expect([shaped(low), shaped(high)]).toEqual([-1, -1])
  })
})
