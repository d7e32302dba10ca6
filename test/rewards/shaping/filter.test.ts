import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRecipeTo } from '../../../rewards/shaping/apply.ts'
import type { ConsistencyFilter } from '../../../rewards/shaping/prof-filter.ts'
import type { SpreadFilter } from '../../../rewards/shaping/spread-filter.ts'
import { signal, withSteps } from '../../support/reward-samples.ts'
import { recipeOf } from './terms.ts'

const PROF: ConsistencyFilter = {
  kind: 'prof',
  process: 'prm',
  outcome: 'success',
  atLeast: 1,
  keep: 0.5,
  variant: 'both',
}

interface Member {
  readonly prm: readonly (number | null)[]
  readonly success: number | null
  readonly group?: string
}

/** Ids of those that stay: their place. */
function kept(filter: Partial<ConsistencyFilter>, members: readonly Member[]): readonly number[] {
  const recipe = {
    ...recipeOf([{ signal: 'success', weight: 1, aggregate: 'outcome' }]),
    filter: { ...PROF, ...filter },
  }
  const trajectories = members.map(({ prm, success, group: groupId = 'g' }, at) =>
    withSteps('prm', prm, { id: `${at}`, groupId, rewards: [signal('success', success)] }),
  )
  return applyRecipeTo(recipe, trajectories).flatMap(({ total }, at) => (total === null ? [] : [at]))
}

const right = (...prm: readonly number[]): Member => ({ prm, success: 1 })
const wrong = (...prm: readonly number[]): Member => ({ prm, success: 0 })

describe('the filter prof', () => {
  it('drops the successes with the lowest mean score and the failures with the highest, until they balance', () => {
    const group = [right(0.9), right(0.1, 0.2), right(0.8, 0.6), wrong(0.9), wrong(0.1), right(0.5, 0.5)]
    expect(kept({ keep: 4 / 6 }, group)).toEqual([0, 2, 3, 4])
    expect(kept({ keep: 0.5 }, group)).toEqual([0, 2, 4])
    expect(kept({ keep: 1 }, group)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('ranks only successes in the variant correct-only', () => {
    const group = [right(0.9), wrong(0.1), wrong(0.9), right(0.2)]
    expect(kept({ variant: 'both' }, group)).toEqual([0, 1])
    const drawn = Array.from({ length: 200 }, (_, seed) => kept({ variant: 'correct-only', seed }, group))
    expect(drawn.every(([first, ...others]) => first === 0 && others.length === 1)).toBe(true)
    expect(drawn.every(([, failure]) => failure === 1 || failure === 2)).toBe(true)
    const first = drawn.filter(([, failure]) => failure === 1).length
    expect(Math.abs(first - 100)).toBeLessThan(30)
  })

  it('draws the same failures by the same seed, whatever their scores', () => {
    const group = (score: number): readonly Member[] => [right(0.9), ...[1, 2, 3, 4].map((at) => wrong(score * at))]
    const filter = { variant: 'correct-only', remove: 2 } as const
    expect(kept({ ...filter, seed: 7 }, group(0.1))).toEqual(kept({ ...filter, seed: 7 }, group(-0.2)))
    expect(kept(filter, group(0.1))).toEqual(kept({ ...filter, seed: 0 }, group(0.1)))
    const all = new Set(Array.from({ length: 50 }, (_, seed) => `${kept({ ...filter, seed }, group(0.1))}`))
    expect(all.size).toBeGreaterThan(3)
  })

  it('removes half of an odd difference from the successes, halves to even, as the reference does', () => {
    expect(kept({ remove: 1 }, [right(0.9, 0.9), wrong(0.1, 0.1)])).toEqual([0])
    expect(kept({ remove: 1 }, [right(0.9), right(0.1), right(0.5), wrong(0.1)])).toEqual([0, 2, 3])
    expect(kept({ remove: 3 }, [right(0.9), right(0.1), wrong(0.5), wrong(0.1)])).toEqual([3])
    expect(kept({ remove: 99 }, [right(0.9), wrong(0.1)])).toEqual([])
  })

  it('ranks a trajectory lower by a penalty if it has fewer than 2 or more than 30 steps', () => {
    const steps = (count: number, score: number): Member => right(...Array.from({ length: count }, () => score))
    const group = [steps(1, 0.9), steps(2, 0.1), steps(30, 0.2), steps(31, 0.8), wrong(0, 0)]
    expect(kept({ remove: 1 }, group)).toEqual([0, 2, 3, 4])
    expect(kept({ remove: 1, lengthPenalty: 10 }, group)).toEqual([0, 1, 2, 4])
    expect(kept({ remove: 1, lengthPenalty: 10, minSteps: 1 }, group)).toEqual([0, 1, 2, 4])
    expect(kept({ remove: 1, lengthPenalty: 10, maxSteps: 31 }, group)).toEqual([1, 2, 3, 4])
  })

  it('looks at each group by itself', () => {
    const group = [right(0.9), wrong(0.1)].map((member) => ({ ...member, group: 'h' }))
    expect(kept({}, [right(0.1), right(0.9), ...group])).toEqual([1, 2])
  })

  it('says why a trajectory is out, and pays nothing for process scores', () => {
    const recipe = { ...recipeOf([{ signal: 'prm', weight: 1 }], 'error'), filter: PROF }
    const rewards = [signal('success', 1)]
    const [low, high] = [0.1, 0.9].map((prm, at) => withSteps('prm', [prm], { id: `${at}`, groupId: 'g', rewards }))
    if (!low || !high) throw new Error('two members')
    expect(applyRecipeTo(recipe, [low, high])).toEqual([
      { perStep: [null], total: null, missing: [{ signal: 'prm', index: null, reason: 'filtered' }] },
      { perStep: [0.9], total: null, missing: [] },
    ])
  })

  it('leaves out trajectories that it cannot judge, or reports them if a null is an error', () => {
    const group: readonly Member[] = [{ prm: [null], success: 1 }, right(0.1), right(0.9), { prm: [1], success: null }]
    expect(kept({}, group)).toEqual([2])
    const recipe = { ...recipeOf([{ signal: 'prm', weight: 1 }], 'error'), filter: PROF }
    expect(() => applyRecipeTo(recipe, [withSteps('prm', [null])])).toThrow(/recipe sample needs prm of step 0/)
  })

  it('removes as many successes as the reference, the rest from the failures, and keeps the best of each', () => {
    const member = fc.record({ prm: fc.integer({ min: 0, max: 1000 }), success: fc.constantFrom(0, 1) })
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 1, maxLength: 10 }),
        fc.constantFrom(0.25, 0.5, 0.75, 1),
        (all, keep) => {
          const members = all.map(({ prm, success }) => ({ prm: [prm], success }))
          const stay = kept({ keep }, members)
          const count = Math.max(1, Math.round(keep * all.length))
          expect(stay).toHaveLength(count)
          const of = (success: number) => all.flatMap((each, at) => (each.success === success ? [{ ...each, at }] : []))
          const [rightStay, wrongStay] = [1, 0].map(
            (success) => of(success).filter(({ at }) => stay.includes(at)).length,
          )
          const removed = all.length - count
          const share = (of(1).length - of(0).length + removed) / 2
          const even = Math.abs(share % 1) === 0.5 ? 2 * Math.round(share / 2) : Math.round(share)
          expect(of(1).length - (rightStay ?? 0)).toBe(Math.max(0, Math.min(removed, even)))
          expect((rightStay ?? 0) + (wrongStay ?? 0)).toBe(count)
          for (const success of [0, 1])
            for (const inside of of(success).filter(({ at }) => stay.includes(at)))
              for (const outside of of(success).filter(({ at }) => !stay.includes(at)))
                expect(success === 1 ? inside.prm - outside.prm : outside.prm - inside.prm).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})

describe('the filter spread', () => {
  const taught = (filter: Partial<SpreadFilter>, members: readonly Member[]): readonly string[] => {
    const trajectories = members.map(({ success, group: groupId = 'g' }, at) =>
      withSteps('prm', [0], { id: `${at}`, groupId, rewards: [signal('success', success)] }),
    )
    const terms = recipeOf([{ signal: 'success', weight: 1, aggregate: 'outcome' }])
    const recipe = { ...terms, filter: { kind: 'spread' as const, outcome: 'success', ...filter } }
    return applyRecipeTo(recipe, trajectories).map(({ total, missing }) => `${total} ${missing[0]?.reason ?? ''}`)
  }
  const of = (group: string, ...outcomes: readonly (number | null)[]): readonly Member[] =>
    outcomes.map((success) => ({ prm: [], success, group }))

  it('drops groups whose outcomes are all alike, whatever they are, and keeps a group of one', () => {
    expect(taught({}, [...of('a', 1, 1), ...of('b', 0.1, 0.1, 0.1), ...of('c', 0, 1), ...of('d', 1)])).toEqual([
      ...Array(5).fill('null filtered'),
      ...['0 ', '1 ', '1 '],
    ])
  })

  it('leaves out what has no outcome, and judges its group without it', () => {
    expect(taught({}, of('a', 1, 1, null))).toEqual(['null filtered', 'null filtered', 'null declined'])
    expect(taught({}, of('a', 1, 0, null))).toEqual(['1 ', '0 ', 'null declined'])
  })

  it('keeps groups of a band of accuracy', () => {
    expect(taught({ least: 0.3, most: 0.6 }, [...of('a', 1, 0, 0, 0), ...of('b', 1, 0), ...of('c', 1, 1, 0)])).toEqual([
      ...Array(4).fill('null filtered'),
      ...['1 ', '0 '],
      ...Array(3).fill('null filtered'),
    ])
  })
})
