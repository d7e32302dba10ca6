import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../core/data/maybe-promise.ts'
import type { Group, JsonObject, Step } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { LocalBranches } from '../../../core/sampling/local-branches.ts'
import { samplingMode } from '../../../core/sampling/modes.ts'
import type { NamedValues } from '../../../core/sampling/options.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { SEARCH_SIGNALS } from '../../../core/sampling/search/tree.ts'
import { returnOf, VALUE_SIGNAL } from '../../../core/sampling/values.ts'
import grid from '../../../envs/grid/index.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import type { ExactModel } from '../../../evaluation/exact/model.ts'
import { optimalValues } from '../../../evaluation/exact/values.ts'
import { optimalValue } from '../../../evaluation/search/optimal-value.ts'
import { lopsided, slippery } from '../../support/exact-worlds.ts'
import { contentsOf, gambler, MemoryLog, membersOf } from '../../support/sampling.ts'

interface Searched {
  readonly options?: JsonObject
  readonly world?: JsonObject
  readonly environment?: Environment
  readonly budget?: number
  readonly maxSteps?: number
  readonly agent?: Agent
  readonly seed?: number
  readonly namedOf?: (model: ExactModel) => NamedValues
}

interface Found {
  readonly group: Group
  readonly model: ExactModel
  readonly log: MemoryLog
  readonly steps: ReadonlyMap<string, readonly Step[]>
}

async function searched(mode: string, given: Searched = {}): Promise<Found> {
  const { budget = 600, seed = 3, agent = gambler, environment = grid, namedOf = () => ({}) } = given
  const world = await openWorld<object>(environment, given.world)
  const settings = { task: world.tasks.at(world.tasks.splits[0] ?? '', 0), seed }
  const episode = { ...settings, ...(given.maxSteps !== undefined && { maxSteps: given.maxSteps }) }
  const model = enumerate(expectSync(startEpisode(world, episode)))
  const log = new MemoryLog()
  const identity = { groupId: 'g', agentName: agent.name, hooks: hookSet([]), runKey: 'key', log }
  const chosen = samplingMode(mode, given.options ?? {}, namedOf(model))
  const group = await sampleGroup(new LocalBranches(world, episode, identity), chosen, { agent, budget })
  const branches = new Branches(membersOf(group))
  return { group, model, log, steps: new Map(membersOf(group).map((each) => [each.id, branches.stepsOf(each)])) }
}

const chosenOf = ({ group, steps }: Found): readonly Step[] => steps.get(group.sampling?.chosenId ?? '') ?? []

const signalOf = ({ rewards }: Step, signal: string): number | null =>
  rewards.find(({ name }) => name === signal)?.value ?? null

const OPTIMAL = {
  namedOf: (model: ExactModel) => ({
    optimal: optimalValue([model]),
    shortest: optimalValue([model], { gamma: 0.99 }),
  }),
}

describe.each(['mcts', 'best-first', 'beam'])('search by %s', (mode) => {
  it.each(['key-door', 'corridor'])('finds an optimal episode of %s by exact values', async (name) => {
    const found = await searched(mode, { ...OPTIMAL, world: { world: name }, options: { value: 'shortest' } })
    const best = optimalValues(found.model).states[0]?.[0] ?? Number.NaN
    expect(returnOf(chosenOf(found))).toBeCloseTo(best, 12)
    expect(best).toBeGreaterThan(0)
  })

  it('evaluates every state as dynamic programming does', async () => {
    const found = await searched(mode, { ...OPTIMAL, budget: 400, options: { value: 'optimal', prune: false } })
    const { states } = optimalValues(found.model)
    const { ids, texts } = found.model.anchors.get('text') ?? { ids: new Int32Array(), texts: [] }
    const evaluated = [...found.steps.values()].flatMap((path) => {
      const last = path.at(-1)
      return last && signalOf(last, SEARCH_SIGNALS.visits) !== null ? [{ last, path }] : []
    })
    expect(evaluated.length).toBeGreaterThan(50)
    for (const { last, path } of evaluated) {
      const same = [...ids.keys()].filter((state) => texts[ids[state] ?? 0] === last.nextObservation)
      const values = same.map((state) => (returnOf(path) ?? 0) + (states[path.length]?.[state] ?? 0))
      const given = signalOf(last, VALUE_SIGNAL) ?? Number.NaN
      expect(Math.min(...values.map((value) => Math.abs(value - given)))).toBeLessThan(1e-12)
    }
  })

  it('takes exactly its budget of steps, each recorded once, and the same ones each time', async () => {
    for (const budget of [1, 2, 37, 200]) {
      const { group, log } = await searched(mode, { budget, options: { prune: false } })
      expect([group.sampling?.steps, log.steps.length]).toEqual([budget, budget])
      expect(new Set(log.steps.map(({ trajectoryId, index }) => `${trajectoryId} ${index}`)).size).toBe(budget)
      const again = await searched(mode, { budget, options: { prune: false } })
      expect(contentsOf(again.group)).toEqual(contentsOf(group))
    }
  })

  it('lets the agent draw actions, of which equal ones are tried once', async () => {
    const { group } = await searched(mode, { options: { k: 2, value: 'return' }, budget: 60 })
    const children = new Map<string, Set<string>>()
    for (const { forkedFrom, steps } of membersOf(group)) {
      const [first] = steps
      if (!first) continue
      const parent = forkedFrom?.trajectoryId ?? ''
      children.set(parent, (children.get(parent) ?? new Set()).add(JSON.stringify(first.action)))
    }
    expect(Math.max(...[...children.values()].map(({ size }) => size))).toBe(2)
  })

  it('refuses an environment that lists no actions, unless the agent draws them', async () => {
    const { actions: _, ...silent } = slippery
    const world = await openWorld(silent)
    const episode = { task: world.tasks.at(world.tasks.splits[0] ?? '', 0), seed: 1 }
    const identity = { groupId: 'g', agentName: 'a', hooks: hookSet([]), runKey: 'key' }
    const agent: Agent = { name: 'a', act: () => ({ action: 'right' }) }
    const search = (options: JsonObject) =>
      sampleGroup(new LocalBranches(world, episode, identity), samplingMode(mode, options), { agent, budget: 9 })
    await expect(search({})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/lists no actions/),
    })
    expect((await search({ k: 1 })).sampling?.steps).toBeGreaterThan(0)
  })

  it('judges finished episodes by the value function alone where their return is not to be known', async () => {
    const value = { name: 'short', value: ({ index }: { readonly index: number }) => -index }
    const namedOf = () => ({ short: value })
    const found = await searched(mode, {
      namedOf,
      options: { value: 'short', final: 'value' },
      maxSteps: 6,
      budget: 900,
    })
    const ended = found.group.trajectories.filter(({ steps }) => steps.at(-1)?.terminated || steps.at(-1)?.truncated)
    const lengths = ended.map(({ id }) => found.steps.get(id)?.length ?? 0)
    expect(lengths.length).toBeGreaterThan(0)
    expect(chosenOf(found)).toHaveLength(Math.min(...lengths))
  })
})

describe('Monte Carlo tree search', () => {
  it.each(['uct', 'puct'])('finds an optimal episode by random play-outs with %s', async (rule) => {
    const agent = rule === 'puct' ? policyAgent(lopsided) : gambler
    const found = await searched('mcts', { agent, options: { rule }, budget: 6000 })
    expect(returnOf(chosenOf(found))).toBeCloseTo(optimalValues(found.model).states[0]?.[0] ?? Number.NaN, 12)
  })

  it('counts a visit for the state itself, and one for each visit of what follows', async () => {
    const { group } = await searched('mcts', { budget: 800 })
    const visits = new Map<string, number>()
    for (const { id, steps } of membersOf(group)) {
      const [first] = steps
      const count = first && steps.length === 1 ? signalOf(first, SEARCH_SIGNALS.visits) : null
      if (count !== null) visits.set(id, count)
    }
    const below = new Map<string, number>()
    for (const { id, forkedFrom } of membersOf(group))
      if (forkedFrom)
        below.set(forkedFrom.trajectoryId, (below.get(forkedFrom.trajectoryId) ?? 0) + (visits.get(id) ?? 0))
    expect(visits.size).toBeGreaterThan(15)
    for (const [id, count] of visits) expect(count).toBe(1 + (below.get(id) ?? 0))
  })

  it('finds the exact value of every action where it can try everything', async () => {
    const { group, model, steps } = await searched('mcts', {
      ...{ maxSteps: 4, budget: 100_000 },
      options: { value: 'return', prune: false, exploration: 0.5 },
      world: { world: 'corridor', aliasing: 0 },
    })
    const { choices } = optimalValues(model)
    const first = membersOf(group).flatMap(({ id, steps: [step] }) => (step?.index === 0 ? [{ id, step }] : []))
    const [start, end] = [model.choiceStarts[0] ?? 0, model.choiceStarts[1] ?? 0]
    expect(first).toHaveLength(end - start)
    for (const { step } of first) {
      const choice = [...model.actionOf.subarray(start, end)].findIndex(
        (action) => JSON.stringify(model.actions[action]) === JSON.stringify(step.action),
      )
      expect(signalOf(step, SEARCH_SIGNALS.best)).toBeCloseTo(choices[0]?.[start + choice] ?? Number.NaN, 12)
    }
    expect(group.sampling?.steps).toBeLessThan(100_000)
    expect(steps.size).toBe(membersOf(group).length)
  })

  it('draws several outcomes of an action that has several, and follows each as often as it comes', async () => {
    const { group } = await searched('mcts', {
      ...{ environment: slippery, budget: 600 },
      options: { outcomes: 16, value: 'play-outs', prune: false },
    })
    const outcomes = new Map<string, Set<string>>()
    for (const { steps } of membersOf(group))
      for (const { index, action, nextObservation } of steps)
        if (index === 0 && action === 'right')
          outcomes.set('right', (outcomes.get('right') ?? new Set()).add(nextObservation))
    expect([...(outcomes.get('right') ?? [])].toSorted()).toEqual(['at 1', 'at 2'])
  })

  it('needs an agent that says how likely its actions are for PUCT', async () => {
    await expect(searched('mcts', { options: { rule: 'puct' }, budget: 10 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/priors are probabilities/),
    })
  })

  it('ends with its budget, and so needs one', () => {
    const mode = samplingMode('mcts', {})
    expect(mode.isEndless).toBe(true)
    expect(() => samplingMode('mcts', { exploration: -1 })).toThrow(/exploration/)
    expect(() => samplingMode('mcts', { rule: 'ucb' })).toThrow(/option rule is one of uct, puct/)
  })
})

describe('pruning', () => {
  it('loses nothing: the whole of a small world is searched in fewer steps, with the same best return', async () => {
    const options = { value: 'return', exploration: 0.5 }
    const [whole, pruned] = await Promise.all(
      [false, true].map((prune) => searched('mcts', { maxSteps: 5, budget: 60_000, options: { ...options, prune } })),
    )
    if (!whole || !pruned) throw new Error('both were searched')
    expect(pruned.group.sampling?.steps).toBeLessThan((whole.group.sampling?.steps ?? 0) / 4)
    expect(returnOf(chosenOf(pruned))).toBe(returnOf(chosenOf(whole)))
  })
})

describe('best of n within a budget', () => {
  it('plays one episode after another, and takes exactly its budget', async () => {
    const { group, log } = await searched('best-of-n', { options: { k: 0 }, budget: 300 })
    expect([group.sampling?.steps, log.steps.length]).toEqual([300, 300])
    expect(group.trajectories.length).toBeGreaterThan(3)
    expect(() => samplingMode('best-of-n', { k: -1 })).toThrow(/k/)
  })
})

describe('early rejection', () => {
  const options = { k: 8, at: [2, 4], keep: 0.5, value: 'return' }

  it('keeps the better share at each of its steps, and so takes fewer steps than best of n', async () => {
    const [early, all] = await Promise.all([
      searched('early-rejection', { options }),
      searched('best-of-n', { options: { k: 8 } }),
    ])
    const reasons = membersOf(early.group).map(({ steps, endingReason }) => [steps.length, endingReason])
    expect(reasons.filter(([, reason]) => reason === 'rejected').map(([length]) => length)).toEqual([4, 4, 2, 2, 2, 2])
    expect(early.group.sampling?.steps).toBeLessThan(all.group.sampling?.steps ?? 0)
    expect(chosenOf(early).at(-1)?.terminated || chosenOf(early).at(-1)?.truncated).toBe(true)
  })

  it('gives up those of lower value, and keeps earlier ones among equals', async () => {
    const value = { name: 'id', value: ({ id }: { readonly id: string }) => Number(id.split('.')[1]) }
    const { group } = await searched('early-rejection', {
      namedOf: () => ({ id: value }),
      options: { ...options, at: [1], value: 'id' },
    })
    const kept = membersOf(group).filter(({ endingReason }) => endingReason !== 'rejected')
    expect(kept.map(({ id }) => id).toSorted()).toEqual(['g.4', 'g.5', 'g.6', 'g.7'])
  })
})
