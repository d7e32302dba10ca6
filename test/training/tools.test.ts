import { describe, expect, it } from 'vitest'
import { initialPolicyWeights } from '../../agents/policy.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import fileDesk from '../../envs/file-desk.ts'
import retail from '../../envs/tools/retail/index.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import success from '../../rewards/hooks/success.ts'
import type { AdvantageContext } from '../../training/advantages.ts'
import type { Iteration, TrainingEnd } from '../../training/index.ts'
import { beginningOf, type TrainingSetup, trainPolicy } from '../../training/train.ts'
import { playWithCandidates } from '../support/candidate-play.ts'

const world = await openWorld(retail)
const OPTIONS = {
  ...{ iterations: 2, groups: 1, groupSize: 2, tasks: 1, maxSteps: 5, features: 256, hidden: 4, demonstrations: 0 },
  ...{ evalEvery: 0, evalTasks: 1, evalEpisodes: 1 },
}
const setup = (over: Partial<TrainingSetup> = {}): TrainingSetup => ({
  ...{ world, hooks: hookSet([success]), advantages: { estimator: rloo }, seed: 5 },
  ...over,
  options: { ...OPTIONS, ...over.options },
})

async function finished(given: TrainingSetup) {
  const training = trainPolicy(given)
  const iterations: Iteration[] = []
  while (true) {
    const next = await training.next()
    if (next.done) return { iterations, end: next.value satisfies TrainingEnd }
    iterations.push(next.value)
  }
}

describe('a training on tools and a user', () => {
  it('is a function of its settings, and continues from an iteration to the same end', async () => {
    const whole = await finished(setup())
    const [first] = whole.iterations
    const rest = await finished(setup(first && { from: first.state }))
    expect(rest.iterations).toEqual(whole.iterations.slice(1))
    expect(rest.end).toEqual(whole.end)
    expect(whole.end.state.iteration).toBe(2)
  })

  it('learns from choices among candidates, which the evidence of each step has', async () => {
    const seen: AdvantageContext[] = []
    const one = await finished(
      setup({
        options: { iterations: 1 },
        advantages: (context) => {
          seen.push(context)
          const { rowCount } = context.batch
          return { advantages: new Float64Array(rowCount).fill(1), mask: new Uint8Array(rowCount).fill(1) }
        },
      }),
    )
    const steps = seen.flatMap(({ groups }) =>
      groups.flatMap((group) => group.trajectories.flatMap((trajectory) => trajectory.steps)),
    )
    expect(steps.length).toBe(one.iterations[0]?.report.creditedRows)
    for (const { action, evidence } of steps) {
      if (evidence?.kind !== 'categorical') throw new Error('categorical evidence expected')
      expect(evidence.actions[evidence.index]).toEqual(action)
      expect(evidence.logProbs?.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 9)
    }
    expect(one.iterations[0]?.report.clipFraction).not.toBeNull()
  })

  it('begins with what the solver does, where it has demonstrations, and continues from there', async () => {
    const given = setup({ options: { iterations: 1, maxSteps: 14, demonstrations: 2 } })
    const beginning = await beginningOf(given)
    const { iterations } = await finished({ ...given, from: beginning })
    expect(iterations).toEqual((await finished(given)).iterations)
    const untrained = initialPolicyWeights({ features: 256, hidden: 4 }, 5)
    expect(beginning.adam.weights.embedding?.shape).toEqual(untrained.embedding?.shape)
    expect(beginning.adam.weights).not.toEqual(untrained)
  })

  it('refuses demonstrations of an environment without a solver', async () => {
    const { expert: _, ...unsolved } = fileDesk
    const training = trainPolicy(setup({ world: await openWorld(unsolved), options: { demonstrations: 1 } }))
    await expect(training.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('can solve tasks: with its candidates alone the solver’s plan succeeds', async () => {
    const plays = await Promise.all([0, 1].map((at) => playWithCandidates(world, world.tasks.at('train', at))))
    for (const { reward, matched, actions } of plays) {
      expect(reward).toBe(1)
      expect(matched / actions).toBeGreaterThan(0.8)
    }
  })
})
