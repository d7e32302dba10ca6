import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import { SharedScorer, type Version, Versions } from '../../../rewards/process/versions.ts'
import { step } from '../../support/reward-samples.ts'

/** Version that says its name as the reason of each step. */
function version(name: string): Version<never> {
  const scorer = { version: name, waiting: () => 0, score: async () => [], close: async () => {} }
  const reward = (steps: readonly Step[]) => ({ perStep: steps.map(() => null), declined: steps.map(() => name) })
  const named = { name: 'named', version: 1, scope: 'process', summary: 'its version', maxBatch: 1 } as const
  const hook = defineRewardHook({ ...named, reward })
  return { model: new SharedScorer(scorer), reference: 'behaviour', hook }
}

const context = {
  options: {},
  signal: new AbortController().signal,
  groupOf: ({ trajectoryId }: Step) => trajectoryId,
} as Parameters<Versions<never>['judge']>[1]

async function judgedBy(versions: Versions<never>, group: string): Promise<string> {
  const { declined } = await versions.judge([step({ trajectoryId: group })], context)
  return declined?.[0] ?? ''
}

const goneOf = (name: string): string =>
  `its group began with version ${name} of the model, which is gone: raise keptVersions`

/** As `Versions`, over a list of groups in the order in which they were judged last. */
function plainVersions(most: number, mostGroups: number) {
  const names = ['0']
  let bound: readonly (readonly [group: string, name: string])[] = []
  return {
    advance: (name: string) => names.push(name),
    judge: (group: string): string => {
      const name = bound.find(([known]) => known === group)?.[1] ?? names.at(-1) ?? ''
      bound = [...bound.filter(([known]) => known !== group), [group, name] as const].slice(-mostGroups)
      return names.slice(-most).includes(name) ? name : goneOf(name)
    },
  }
}

describe('the versions of a reward model', () => {
  it('judge each group by the version that it began with, whatever is judged and updated meanwhile', async () => {
    const events = fc.array(fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 6 })), { maxLength: 40 })
    const counts = fc.integer({ min: 1, max: 3 })
    await fc.assert(
      fc.asyncProperty(events, counts, fc.integer({ min: 1, max: 7 }), async (order, most, mostGroups) => {
        const [own, plain] = [new Versions(version('0'), most, mostGroups), plainVersions(most, mostGroups)]
        for (const [at, event] of order.entries())
          if (event === null) {
            own.advance(version(`${at}`))
            plain.advance(`${at}`)
          } else expect(await judgedBy(own, `${event}`)).toBe(plain.judge(`${event}`))
        await own.close()
      }),
    )
  })

  it('forget a group after as many others as are remembered, also where the model never updates', async () => {
    const versions = new Versions(version('first'), 2, 100)
    await judgedBy(versions, 'early')
    const others = Array.from({ length: 100 }, (_, at) => step({ trajectoryId: `${at}` }))
    await versions.judge(others.slice(1), context)
    versions.advance(version('second'))
    expect(await judgedBy(versions, 'early')).toBe('first')
    await versions.judge(others, context)
    expect(await judgedBy(versions, 'early')).toBe('second')
  })
})
