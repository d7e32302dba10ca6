import { describe, expect, it } from 'vitest'
import { policyNetwork } from '../../agents/policy.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import fileDesk from '../../envs/file-desk.ts'
import retail from '../../envs/tools/retail/index.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import success from '../../rewards/hooks/success.ts'
import type { AdvantageContext } from '../../training/advantages.ts'
import type { Iteration, TrainingEnd } from '../../training/index.ts'
import { type TrainingSetup, trainPolicy } from '../../training/train.ts'
import { playWithCandidates } from '../support/candidate-play.ts'

const world = await openWorld(retail)
const OPTIONS = {
  ...{ iterations: 2, groups: 2, groupSize: 2, tasks: 2, maxSteps: 6, features: 256, hidden: 4, demonstrations: 2 },
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

  it('begins with what the solver does, where it has demonstrations', async () => {
    const versions = await Promise.all(
      [0, 2].map(async (demonstrations) => {
        const { iterations } = await finished(setup({ options: { iterations: 1, demonstrations } }))
        return iterations[0]?.report
      }),
    )
    const [without, withSome] = versions
    expect(without?.policyVersion).not.toBe(withSome?.policyVersion)
    expect(withSome?.entropy ?? Infinity).toBeLessThan(without?.entropy ?? 0)
    expect(
      policyNetwork((await finished(setup({ options: { iterations: 1 } }))).end.state.adam.weights).sizes.hidden,
    ).toBe(4)
  })

  it('refuses demonstrations of an environment without a solver', async () => {
    const { expert: _, ...unsolved } = fileDesk
    const training = trainPolicy(setup({ world: await openWorld(unsolved) }))
    await expect(training.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('can solve tasks: with its candidates alone the solver’s plan succeeds', async () => {
    const plays = await Promise.all([0, 1, 2, 3, 4].map((at) => playWithCandidates(world, world.tasks.at('train', at))))
    expect(plays.map(({ reward }) => reward)).toEqual([1, 1, 1, 1, 1])
    const [matched, actions] = [plays.map((play) => play.matched), plays.map((play) => play.actions)].map((counts) =>
      counts.reduce((sum, count) => sum + count, 0),
    )
    expect((matched ?? 0) / (actions ?? 1)).toBeGreaterThan(0.8)
  })
})
