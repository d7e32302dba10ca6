import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Group, JsonObject, Step, Trajectory } from '../../../core/data/types.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { samplingMode } from '../../../core/sampling/modes.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { returnOf, VALUE_SIGNAL } from '../../../core/sampling/values.ts'
import { branchSourceOf, contentsOf, gambler, MemoryLog, membersOf, race, sampled } from '../../support/sampling.ts'

const MODES: readonly (readonly [string, JsonObject])[] = [
  ['prefix', {}],
  ['prefix', { k: 3, playOn: true }],
  ['prefix', { k: 3, commit: 'greedy' }],
  ['prefix', { k: 2, commit: 'best', value: 'grade:total' }],
  ['prefix', { k: 2, commit: 'best', value: 'play-outs', playOuts: 2 }],
  ['tree', { k: 2, at: [0, 2, 3] }],
  ['best-of-n', { k: 5 }],
  ['early-rejection', { k: 6, value: 'grade:total', at: [1, 3] }],
  ['beam', { k: 3, width: 2, value: 'grade:total', prune: false }],
  ['rerank', { k: 3, value: 'grade:total' }],
  ['rerank', { k: 3, value: 'play-outs', playOuts: 2 }],
]

const wholeOf = (group: Group): ReadonlyMap<string, readonly Step[]> => {
  const branches = new Branches(membersOf(group))
  return new Map(membersOf(group).map((each) => [each.id, branches.stepsOf(each)]))
}

const byId = (group: Group, id: string | null | undefined): Trajectory => {
  const found = membersOf(group).find((each) => each.id === id)
  if (!found) throw new Error(`no trajectory ${id}`)
  return found
}

describe.each(MODES)('sampling by %s %j', (mode, options) => {
  it('grows the same tree from the same seed, and another from another', async () => {
    const [one, again, other] = [
      await sampled(mode, options),
      await sampled(mode, options),
      await sampled(mode, options, { seed: 8 }),
    ]
    expect(contentsOf(again)).toEqual(contentsOf(one))
    expect(contentsOf(other)).not.toEqual(contentsOf(one))
  })

  it('records every step once, and every branch with its own random stream where it left its parent', async () => {
    const log = new MemoryLog()
    const group = await sampled(mode, options, { log })
    expect(log.steps.length).toBe(group.sampling?.steps)
    expect(membersOf(group).reduce((sum, { steps }) => sum + steps.length, 0)).toBe(log.steps.length)
    expect(new Set(log.steps.map(({ trajectoryId, index }) => `${trajectoryId} ${index}`)).size).toBe(log.steps.length)
    const whole = wholeOf(group)
    for (const start of log.starts) {
      const path = whole.get(start.trajectoryId) ?? []
      expect(path.map(({ index }) => index)).toEqual(path.map((_, i) => i))
      expect(path.slice(0, start.past.length).map(({ action, forkPath }) => [action, forkPath])).toEqual(
        start.past.map(({ action, forkPath }) => [action, forkPath]),
      )
      const last = path[start.past.length - 1]
      if (last) expect(start.observation).toBe(last.nextObservation)
      expect(start.parentId === undefined).toBe(start.past.length === 0 && start.forkPath === '')
    }
    expect(log.groups).toEqual([group])
    expect(log.ends).toHaveLength(log.starts.length)
  })

  it('has each step judged once by turn hooks, who see the steps of the shared prefix, and each branch whole at its end', async () => {
    const seen: number[] = []
    const hooks = hookSet([
      defineRewardHook({
        name: 'age',
        version: 1,
        scope: 'turn',
        reward: (step, { history }) => {
          seen.push(step.index)
          expect(history.map(({ index }) => index)).toEqual(history.map((_, i) => i))
          return history.length
        },
      }),
      defineRewardHook({ name: 'length', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length }),
      defineRewardHook({
        name: 'place',
        version: 1,
        scope: 'process',
        maxBatch: 7,
        reward: (steps) => ({ perStep: steps.map(({ index }) => index) }),
      }),
      defineRewardHook({
        name: 'share',
        version: 1,
        scope: 'group',
        reward: ({ trajectories }) => ({
          perStep: trajectories.map(({ steps }) => steps.map(({ index }) => steps.length * 100 + index)),
        }),
      }),
    ])
    const group = await sampled(mode, options, { hooks })
    const whole = wholeOf(group)
    expect(seen.length).toBe(group.sampling?.steps)
    for (const { id, steps, rewards } of group.trajectories) {
      const { length } = whole.get(id) ?? []
      expect(rewards.map(({ name, value }) => [name, value])).toEqual([['length', length]])
      for (const step of steps) {
        const named = new Map(step.rewards.map(({ name, value }) => [name, value]))
        expect(step.rewards.length).toBe(named.size)
        expect([named.get('age'), named.get('place'), named.get('share')]).toEqual([
          step.index,
          step.index,
          length * 100 + step.index,
        ])
      }
    }
  })

  it('takes the steps of its budget, none more, and cuts off the same ones each time', async () => {
    const { sampling } = await sampled(mode, options)
    const needed = sampling?.steps ?? 0
    const isPlain = mode === 'best-of-n' || (mode === 'prefix' && (options.commit ?? 'policy') === 'policy')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: needed + 3 }), async (budget) => {
        const log = new MemoryLog()
        const group = await sampled(mode, options, { budget, log })
        expect(log.steps.length).toBeLessThanOrEqual(budget)
        expect(group.sampling).toMatchObject({ budget, steps: log.steps.length, mode })
        if (budget >= needed && mode !== 'rerank') expect(log.steps.length).toBe(needed)
        if (isPlain && budget < needed) expect(log.steps.length).toBe(budget)
        for (const { ending, steps, endingReason } of membersOf(group))
          expect([ending, steps.length > 0 || endingReason !== null]).toEqual([
            expect.stringMatching(/terminated|truncated/),
            true,
          ])
        expect(contentsOf(await sampled(mode, options, { budget }))).toEqual(contentsOf(group))
      }),
      { numRuns: 12 },
    )
  })
})

describe('sampling by prefix', () => {
  it('commits one continuation of k at every step, and cuts the others off after one', async () => {
    const group = await sampled('prefix', { k: 4 })
    const chosen = byId(group, group.sampling?.chosenId)
    expect(chosen.id).toBe('g.0')
    expect(group.trajectories).toHaveLength(1 + 3 * chosen.steps.length)
    const others = group.trajectories.filter(({ id }) => id !== chosen.id)
    expect(others.every(({ steps }) => steps.length === 1)).toBe(true)
    expect(others.map(({ forkedFrom }) => forkedFrom)).toEqual(
      chosen.steps.flatMap(({ index }) => [0, 1, 2].map(() => ({ trajectoryId: 'g.0', index }))),
    )
    for (const { ending, endingReason, steps } of others)
      expect([ending, endingReason]).toEqual(
        steps[0]?.terminated ? ['terminated', null] : ['truncated', expect.stringMatching(/not committed|maxSteps/)],
      )
  })

  it('continues as the agent alone would if the policy commits', async () => {
    const tree = await sampled('prefix', { k: 3 })
    const alone = await sampled('best-of-n', { k: 1 })
    expect(byId(tree, 'g.0').steps).toEqual(
      alone.trajectories[0]?.steps.map((step) => ({ ...step, rewards: step.rewards.slice(0, 1) })),
    )
  })

  it('commits the highest reward if it is greedy, and the highest value where it takes the best', async () => {
    const ratingOf = {
      greedy: (step: Step) => step.rewards[0]?.value ?? 0,
      best: (step: Step) => Number(step.nextObservation.slice(6)),
    }
    for (const commit of ['greedy', 'best'] as const) {
      const group = await sampled('prefix', { k: 4, commit, value: 'grade:total' })
      const path = wholeOf(group).get(group.sampling?.chosenId ?? '') ?? []
      const all = membersOf(group).flatMap(({ steps }) => steps)
      for (const step of path) {
        const rivals = all.filter((each) => each.index === step.index && each.observation === step.observation)
        expect(rivals.length).toBeGreaterThanOrEqual(4)
        const candidates = path.length > 0 ? rivals.map(ratingOf[commit]) : []
        expect(ratingOf[commit](step)).toBe(Math.max(...candidates))
      }
    }
  })

  it('records the values of candidates at their steps', async () => {
    const group = await sampled('prefix', { k: 2, commit: 'best', value: 'grade:total' })
    const steps = membersOf(group).flatMap((each) => each.steps)
    for (const step of steps)
      expect(step.rewards.find(({ name }) => name === VALUE_SIGNAL)?.value).toBe(Number(step.nextObservation.slice(6)))
    const unjudged = await sampled('prefix', { k: 2, commit: 'best', value: 'grade:missing' })
    for (const step of membersOf(unjudged).flatMap((each) => each.steps))
      expect(step.rewards.at(-1)).toMatchObject({ name: VALUE_SIGNAL, value: null, reason: 'declined' })
    expect(unjudged.sampling?.chosenId).toBe('g.0')
  })

  it('plays the others to their end if that is set', async () => {
    const group = await sampled('prefix', { k: 3, playOn: true })
    const ends = membersOf(group).map(({ steps }) => steps.at(-1))
    expect(ends.every((step) => step?.terminated || step?.truncated)).toBe(true)
  })
})

describe('sampling a tree', () => {
  it('forks every open branch at the chosen steps, and plays all to their end', async () => {
    const group = await sampled('tree', { k: 3, at: [0, 2] })
    const forksAt = (index: number): number =>
      membersOf(group).filter(({ forkedFrom }) => forkedFrom?.index === index).length
    expect([membersOf(group).length, forksAt(0), forksAt(2)]).toEqual([9, 2, 6])
    for (const { steps } of membersOf(group)) expect(steps.at(-1)?.terminated || steps.at(-1)?.truncated).toBe(true)
  })

  it('marks the branch with the highest return', async () => {
    const group = await sampled('tree', { k: 3, at: [0, 2] })
    const returns = new Map([...wholeOf(group)].map(([id, path]) => [id, returnOf(path) ?? 0]))
    expect(returns.get(group.sampling?.chosenId ?? '')).toBe(Math.max(...returns.values()))
  })

  it('forks at every d-th step within a budget, and not without one', async () => {
    const group = await sampled('tree', { k: 2, at: [], every: 1 }, { budget: 60 })
    expect(membersOf(group).length).toBeGreaterThan(8)
    expect(membersOf(group).every(({ steps }) => steps.length > 0)).toBe(true)
    await expect(sampled('tree', { every: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('sampling the best of n', () => {
  it('keeps all and marks the best by return, or by a value', async () => {
    const group = await sampled('best-of-n', { k: 6 })
    const returns = group.trajectories.map(({ steps }) => returnOf(steps) ?? 0)
    expect(group.trajectories.map(({ member }) => member)).toEqual([0, 1, 2, 3, 4, 5])
    expect(byId(group, group.sampling?.chosenId).member).toBe(returns.indexOf(Math.max(...returns)))
    const highest = await sampled('best-of-n', { k: 6, value: 'grade:total' })
    const totals = highest.trajectories.map(({ steps }) => Number(steps.at(-1)?.nextObservation.slice(6)))
    expect(byId(highest, highest.sampling?.chosenId).member).toBe(totals.indexOf(Math.max(...totals)))
  })
})

describe('re-ranking', () => {
  it('takes the action with the best look-ahead, with its own random stream', async () => {
    const group = await sampled('rerank', { k: 4, value: 'grade:total' })
    const chosen = byId(group, 'g.0')
    const looks = membersOf(group).filter(({ id }) => id !== 'g.0')
    for (const step of chosen.steps) {
      const tried = looks.filter(({ forkedFrom }) => forkedFrom?.index === step.index).map(({ steps }) => steps[0])
      if (tried.length === 0) continue
      expect(new Set(tried.map((look) => look?.action)).size).toBe(tried.length)
      expect(new Set(tried.map((look) => look?.forkPath))).toEqual(new Set([`c${step.index}.0`]))
      const gains = tried.map((look) => Number(look?.nextObservation.slice(6)) - Number(look?.action))
      expect(new Set(gains).size).toBe(1)
      expect(step.action).toBe(
        tried
          .map((look) => `${look?.action}`)
          .toSorted()
          .at(-1),
      )
    }
    expect(looks.length).toBeGreaterThan(4)
  })
})

describe('an environment or agent that fails', () => {
  it('is refused without forks, except for best-of-n', async () => {
    const environment = { ...race, fork: 'none' as const }
    for (const mode of ['prefix', 'tree', 'rerank'])
      await expect(sampled(mode, { k: 2 }, { environment })).rejects.toMatchObject({
        code: 'FORK_UNSUPPORTED',
        message: expect.stringContaining('race@1'),
      })
    expect((await sampled('best-of-n', {}, { environment })).trajectories).toHaveLength(4)
  })

  it('leaves nothing open if sampling fails half way', async () => {
    const log = new MemoryLog()
    const environment = { ...race, fork: 'none' as const }
    await expect(sampled('tree', { k: 2, at: [3] }, { environment, log })).rejects.toThrow()
    expect(log.ends.map(({ ending, endingReason }) => [ending, endingReason])).toEqual([['aborted', 'sampling failed']])
  })

  it('refuses to fork what has ended', async () => {
    const branchSource = await branchSourceOf()
    const [root] = await branchSource.start(1)
    await root?.end('truncated', 'enough')
    await expect(root?.fork(1, 'fresh')).rejects.toMatchObject({
      code: 'EPISODE_ENDED',
      message: expect.stringContaining('g.0'),
    })
  })

  it('continues without the branches that broke down', async () => {
    const moody = {
      name: 'moody',
      act: (context: Parameters<typeof gambler.act>[0]) => {
        if (context.rng.float() < 0.2) throw new Error('no mood')
        return gambler.act(context)
      },
    }
    const group = await sampled('prefix', { k: 4 }, { agent: moody, seed: 3 })
    expect(group.aborted.length).toBeGreaterThan(0)
    expect(group.aborted[0]?.endingReason).toBe('AGENT_FAILED: no mood')
    expect(group.trajectories.length).toBeGreaterThan(group.aborted.length)
    expect(group.sampling?.steps).toBe(membersOf(group).reduce((sum, { steps }) => sum + steps.length, 0))
  })

  it('fails if every branch breaks down', async () => {
    const agent = {
      name: 'mute',
      act: () => {
        throw new Error('no')
      },
    }
    for (const [mode, options] of MODES) {
      const group = await sampled(mode, options, { agent })
      expect([group.trajectories, group.sampling?.chosenId, group.sampling?.steps]).toEqual([[], null, 0])
    }
  })

  it('ends in good order when it is cancelled', async () => {
    const controller = new AbortController()
    let acts = 0
    const agent = {
      name: 'stopped',
      act: (context: Parameters<typeof gambler.act>[0]) => {
        if (++acts === 9) controller.abort()
        return gambler.act(context)
      },
    }
    const group = await sampled('tree', { k: 3 }, { agent, signal: controller.signal })
    expect(group.aborted.length).toBeGreaterThan(0)
    expect(new Set(group.aborted.map(({ endingReason }) => endingReason))).toEqual(new Set(['cancelled']))
  })
})

describe('options of sampling', () => {
  it.each([
    ['breadth', {}, 'there is no sampling mode breadth: there are prefix, tree, best-of-n, early-rejection, rerank'],
    ['prefix', { n: 3 }, 'sampling mode prefix has no option n'],
    ['prefix', { k: 1 }, 'k must be a whole number from 2'],
    ['prefix', { k: 2.5 }, 'k must be a whole number from 2'],
    ['prefix', { commit: 'worst' }, 'option commit is one of policy, greedy, best'],
    ['prefix', { value: 'guess' }, 'a value is return, play-outs, grade:NAME or signal:NAME'],
    ['prefix', { value: 'grade:' }, 'a value is return'],
    ['prefix', { playOuts: 0 }, 'option playOuts of sampling mode prefix is from 1 to 65536, not 0'],
    ['tree', { at: [-1] }, 'at must be a whole number from 0'],
    ['tree', { at: ['x'] }, 'at must be a whole number from 0'],
    ['rerank', { k: 1 }, 'k must be a whole number from 2'],
  ])('%s %j are refused', (mode, options, message) => {
    expect(() => samplingMode(mode, options)).toThrow(message)
  })

  it('refuses an invalid budget', async () => {
    for (const budget of [0, -1, 1.5, Number.NaN]) {
      const mode = samplingMode('prefix', {})
      await expect(sampleGroup(await branchSourceOf(), mode, { agent: gambler, budget })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    }
  })
})
