import { expect, it } from 'vitest'
import type { Evidence } from '../../../core/data/types.ts'
import { defineRewardHook, type ProcessHook, withOptions } from '../../../core/reward/hook.ts'
import { opening } from '../../../server/hosting/bounded-queue.ts'
import type { ScorerJob, ScorerQueue } from '../../../server/hosting/scorer-queue.ts'
import { step } from '../reward-samples.ts'

export const job = (version: number, ...indices: readonly number[]): ScorerJob => ({
  hook: 'judge',
  version,
  steps: indices.map((index) => step({ index })),
  groups: new Map([[step({}).trajectoryId, 'g']]),
})

/** Says of each step its index. */
export const judge = (version: number, more: Partial<ProcessHook> = {}): ProcessHook =>
  defineRewardHook({
    ...{ name: 'judge', version, scope: 'process', maxBatch: 8, timeoutMs: 60_000 },
    reward: (steps) => ({ perStep: steps.map(({ index }) => index) }),
    ...more,
  })

const valuesOf = (rewards: Awaited<ReturnType<ScorerQueue['submit']>>): readonly (number | null)[] =>
  rewards.map(({ value }) => value)

/**
 * Contract of a `ScorerQueue`, for every implementation.
 * @param opener of one queue that no test had before: each call returns another process's
 */
export function itIsAScorerQueue(opener: () => Promise<() => ScorerQueue>): void {
  it('keeps a job until there is a scorer of its hook and version', async () => {
    const open = await opener()
    const answered: number[] = []
    const old = open().submit(job(1, 4, 5))
    const current = open().submit(job(2, 6))
    void old.then(() => answered.push(1))
    const work = await open().work(judge(2))
    expect(valuesOf(await current)).toEqual([6])
    expect(answered).toEqual([])
    const older = await open().work(judge(1))
    expect(await old).toMatchObject([4, 5].map((value) => ({ name: 'judge', version: 1, value })))
    await Promise.all([work.close(), older.close()])
  })

  it('has every job judged once, by several scorers', async () => {
    const open = await opener()
    const judged: number[] = []
    const counting = judge(1, {
      reward(steps) {
        judged.push(...steps.map(({ index }) => index))
        return { perStep: steps.map(({ index }) => 2 * index) }
      },
    })
    const works = await Promise.all([1, 2, 3].map(() => open().work(counting)))
    const indices = Array.from({ length: 40 }, (_, index) => index)
    const results = await Promise.all(indices.map((index) => open().submit(job(1, index))))
    expect(results.map(valuesOf)).toEqual(indices.map((index) => [2 * index]))
    expect(judged.sort((a, b) => a - b)).toEqual(indices)
    await Promise.all(works.map((work) => work.close()))
  })

  it('gives a hook the evidence and the group of a step, and brings back what it says of tokens and models', async () => {
    const open = await opener()
    const tokens = { promptTokenIds: [1], actionTokenIds: [5, 6], logProbs: [-Infinity, -0.5], finishReason: 'stop' }
    const sampling = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }
    const evidence: Evidence = { kind: 'token', ...tokens, ...sampling }
    const model = { version: 'm', logProb: -1, referenceLogProb: -2 }
    let seen: unknown
    const hook = judge(1, {
      reward(steps, { groupOf }) {
        seen = steps.map((each) => [each, groupOf(each)])
        return { perStep: [1], perToken: [[0.25, -0]], models: [model] }
      },
    })
    const asked = { ...job(1), steps: [step({ index: 3, evidence, info: { a: [null, 'é'] }, rewards: [] })] }
    const work = await open().work(hook)
    const [reward] = await open().submit(asked)
    expect(seen).toEqual(asked.steps.map((each) => [each, 'g']))
    expect(reward).toMatchObject({ value: 1, perToken: [0.25, 0], model })
    await work.close()
  })

  it('brings back a null with its reason, where the hook throws', async () => {
    const open = await opener()
    const broken = judge(1, {
      reward() {
        throw new Error('no model')
      },
    })
    const work = await open().work(broken)
    expect(await open().submit(job(1, 0, 1))).toMatchObject(
      [0, 1].map(() => ({ value: null, reason: 'threw', detail: 'no model' })),
    )
    await work.close()
  })

  it('gives a scorer as many jobs at a time as it takes, and lets it end those that it has', async () => {
    const open = await opener()
    const begun = [opening(), opening()]
    const finish = opening()
    let [atATime, most] = [0, 0]
    const slow = judge(1, {
      inFlight: 2,
      async reward(steps) {
        most = Math.max(most, ++atATime)
        begun[atATime - 1]?.open()
        await finish.promise
        atATime--
        return { perStep: steps.map(() => 100) }
      },
    })
    const work = await open().work(slow)
    const results = [0, 1, 2, 3].map((index) => open().submit(job(1, index)))
    await Promise.all(begun.map(({ promise }) => promise))
    const closed = work.close()
    finish.open()
    await closed
    expect(most).toBe(2)
    const next = await open().work(judge(1))
    const values = (await Promise.all(results)).flatMap(valuesOf)
    expect(values.filter((value) => value === 100)).toHaveLength(2)
    expect(values.every((value, index) => value === 100 || value === index)).toBe(true)
    await next.close()
  })

  it('answers a job again that was submitted before', async () => {
    const open = await opener()
    const work = await open().work(judge(1))
    expect(valuesOf(await open().submit(job(1, 9)))).toEqual([9])
    expect(valuesOf(await open().submit(job(1, 9)))).toEqual([9])
    await work.close()
  })

  it('judges by the options of the scorer', async () => {
    const open = await opener()
    const weighted = defineRewardHook({
      ...{ name: 'judge', version: 1, maxBatch: 8, options: { weight: 1 } },
      scope: 'process',
      reward: (steps, { options }) => ({ perStep: steps.map(() => Number(options.weight)) }),
    })
    const work = await open().work(withOptions(weighted, { weight: 3 }))
    expect(valuesOf(await open().submit(job(1, 0)))).toEqual([3])
    await work.close()
  })
}
