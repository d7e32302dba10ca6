import { describe, expect, it } from 'vitest'
import { batchOfGroups } from '../../core/batch/index.ts'
import { openWorld } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../core/reward/hook.ts'
import fileDesk from '../../envs/file-desk.ts'
import grid from '../../envs/grid/index.ts'
import gigpo from '../../rewards/advantage/gigpo.ts'
import prime from '../../rewards/advantage/prime.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import success from '../../rewards/hooks/success.ts'
import type { AdvantageContext } from '../../training/advantages.ts'
import type { Iteration, TrainingEnd } from '../../training/index.ts'
import { stepsOf } from '../../training/rollouts.ts'
import { type TrainingSetup, trainPolicy } from '../../training/train.ts'

const SMALL = {
  ...{ iterations: 3, groups: 3, groupSize: 4, tasks: 3, maxSteps: 8, features: 256, hidden: 4 },
  ...{ evalEvery: 2, evalTasks: 2, evalEpisodes: 2 },
}
const world = await openWorld(grid, { world: 'corridor', size: 2, reward: 'graded' })
const setup = (over: Partial<TrainingSetup> = {}): TrainingSetup => ({
  ...{ world, hooks: hookSet([success]), advantages: { estimator: rloo }, seed: 5 },
  ...over,
  options: { ...SMALL, ...over.options },
})

interface Finished {
  readonly iterations: readonly Iteration[]
  readonly end: TrainingEnd
}

async function finished(given: TrainingSetup): Promise<Finished> {
  const training = trainPolicy(given)
  const iterations: Iteration[] = []
  while (true) {
    const next = await training.next()
    if (next.done) return { iterations, end: next.value }
    iterations.push(next.value)
  }
}

const failure = async (given: TrainingSetup): Promise<unknown> => {
  try {
    await trainPolicy(given).next()
    return null
  } catch (thrown) {
    return thrown
  }
}

describe('a training', () => {
  it('is a function of its settings and its seed', async () => {
    const [first, second] = [await finished(setup()), await finished(setup())]
    expect(second).toEqual(first)
    const other = await finished(setup({ seed: 6 }))
    expect(other.end.state.adam.weights).not.toEqual(first.end.state.adam.weights)
  })

  it('continues from any iteration to the same end', async () => {
    const whole = await finished(setup())
    for (const at of [1, 2]) {
      const { state } = whole.iterations[at - 1] ?? whole.end
      const rest = await finished(setup({ from: state }))
      expect(rest.iterations).toEqual(whole.iterations.slice(at))
      expect(rest.end).toEqual(whole.end)
    }
  })

  it('reports what its episodes were: counted steps, shares from 0 to 1, held-out figures when they are due', async () => {
    const { iterations, end } = await finished(setup())
    let steps = 0
    for (const { report } of iterations) {
      steps += report.rows
      expect(report.environmentSteps).toBe(steps)
      expect(report.episodes).toBe(12)
      for (const share of [report.success, report.mixedGroups, report.repeatedAnchors, report.clipFraction]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }
    expect(iterations.map(({ report }) => report.heldOut?.episodes ?? null)).toEqual([4, null, 4])
    expect(end.heldOut?.split).toBe('validation')
  })

  it('begins with equal probabilities, and changes them', async () => {
    const { iterations } = await finished(setup())
    const versions = new Set(iterations.map(({ report }) => report.policyVersion))
    expect(versions.size).toBe(3)
    expect(iterations[0]?.report.entropy).toBeGreaterThan(1)
  })

  it('leaves rows without an advantage out of the update, which an advantage of 0 would not be', async () => {
    const learning = (mask: number) =>
      finished(
        setup({
          options: { iterations: 1, entropy: 0.1 },
          advantages: ({ batch: { rowCount } }) => ({
            advantages: new Float64Array(rowCount),
            mask: new Uint8Array(rowCount).fill(mask),
          }),
        }),
      )
    const [without, zero] = [await learning(0), await learning(1)]
    expect(without.iterations[0]?.report).toMatchObject({ creditedRows: 0, gradientNorm: null, clipFraction: null })
    expect(without.end.state.adam.count).toBe(0)
    expect(zero.end.state.adam.count).toBe(4)
  })

  it('gives an advantage function the rows in the order of the steps, and the policy that acted', async () => {
    const seen: AdvantageContext[] = []
    const first = await finished(
      setup({
        options: { iterations: 1 },
        advantages: (context) => {
          seen.push(context)
          const { rowCount } = context.batch
          return { advantages: new Float64Array(rowCount).fill(1), mask: new Uint8Array(rowCount).fill(1) }
        },
      }),
    )
    const [context] = seen
    if (context === undefined) throw new Error('the function was never called')
    const { batch, groups, scorer, iteration } = context
    const steps = stepsOf(groups)
    expect(iteration).toBe(1)
    expect(batch).toEqual(batchOfGroups(groups))
    expect(Array.from(batch.stepIndex)).toEqual(steps.map(({ index }) => index))
    expect(scorer.network.version).toBe(first.iterations[0]?.report.policyVersion)
    expect(steps.every(({ evidence }) => evidence?.policyVersion === scorer.network.version)).toBe(true)
  })

  it('says why an iteration taught nothing', async () => {
    const silent = defineRewardHook({
      ...{ name: 'nothing', version: 1, scope: 'outcome', summary: 'declines', reward: () => null },
    })
    const { iterations } = await finished(
      setup({
        hooks: hookSet([success, silent]),
        options: { iterations: 1 },
        advantages: { estimator: rloo, options: { episode: 'nothing' } },
      }),
    )
    expect(iterations[0]?.report).toMatchObject({ creditedRows: 0, noCredit: { code: 'SIGNAL_MISSING' } })
  })

  it('stops where it is interrupted, without the iteration in progress', async () => {
    const stop = new AbortController()
    let steps = 0
    const { iterations, end } = await finished(
      setup({
        signal: stop.signal,
        onStep: () => {
          steps += 1
          if (steps === 150) stop.abort()
        },
      }),
    )
    expect(end.isInterrupted).toBe(true)
    expect(iterations.length).toBe(end.state.iteration)
    expect(end.state.iteration).toBeLessThan(3)
  })

  it('refuses what cannot be trained before anything is rolled out', async () => {
    const code = (name: string, message: string) =>
      expect.objectContaining({ code: name, message: expect.stringContaining(message) })
    for (const learningRate of [0, Number.NaN, -1, Infinity])
      expect(await failure(setup({ options: { learningRate } }))).toEqual(code('CONFIG_INVALID', 'learningRate'))
    expect(await failure(setup({ options: { groupSize: 1.5 + 1 } }))).toEqual(code('CONFIG_INVALID', 'whole number'))
    expect(await failure(setup({ options: { epoch: 3 } as object }))).toEqual(code('CONFIG_INVALID', 'epochs'))
    expect(await failure(setup({ split: 'nowhere' }))).toEqual(code('TASK_UNKNOWN', 'nowhere'))
    expect(await failure(setup({ advantages: { estimator: prime } }))).toEqual(code('SIGNAL_MISSING', 'process'))
    const { actions: _, ...withoutActions } = fileDesk
    const listless = await openWorld(withoutActions)
    expect(await failure(setup({ world: listless }))).toEqual(code('CONFIG_INVALID', 'lists no admissible actions'))
    expect(await failure(setup({ start: {} }))).toEqual(code('MODEL_INVALID', 'embedding'))
  })

  it('refuses advantages that do not fit the batch', async () => {
    const one = { advantages: Float64Array.of(1), mask: Uint8Array.of(1) }
    expect(await failure(setup({ advantages: () => one }))).toMatchObject({ code: 'ESTIMATOR_INVALID' })
  })

  it('learns from the estimator that it is given', async () => {
    const [byRloo, byGigpo] = [await finished(setup()), await finished(setup({ advantages: { estimator: gigpo } }))]
    expect(byRloo.iterations[0]?.report.policyVersion).toBe(byGigpo.iterations[0]?.report.policyVersion)
    expect(byRloo.end.state.adam.weights).not.toEqual(byGigpo.end.state.adam.weights)
  })
})
