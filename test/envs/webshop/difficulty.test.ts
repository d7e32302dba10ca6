import { beforeAll, describe, expect, it } from 'vitest'
import random from '../../../agents/random.ts'
import shopExpert from '../../../agents/shop-expert.ts'
import type { Task } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import webshop from '../../../envs/webshop/index.ts'
import { share } from '../../support/long.ts'
import { describeWithReference } from '../../support/reference.ts'

const GOALS = share(40, 200)
const KINDS = ['synthetic', 'human'] as const
const worlds = new Map<string, World>()

beforeAll(async () => {
  for (const goals of KINDS) worlds.set(goals, await openWorld(webshop, { goals }))
})

const worldOf = (kind: string): World => {
  const world = worlds.get(kind)
  if (world === undefined) throw new Error(`no shop of ${kind} goals`)
  return world
}

interface Outcome {
  readonly isPerfect: boolean
  readonly steps: number
}

async function play(world: World, agentFor: (task: Task) => Agent, seed: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let index = 0; index < GOALS; index++) {
    const task = world.tasks.at('test', index)
    const episode = await startEpisode(world, { task, seed })
    const { steps } = await runEpisode(episode, { trajectoryId: 't', agent: agentFor(task), hooks: hookSet([]) })
    const reward = steps.at(-1)?.rewards.find(({ name }) => name === 'env')?.value
    outcomes.push({ isPerfect: reward === 1, steps: steps.length })
  }
  return outcomes
}

const successOf = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ isPerfect }) => isPerfect).length / outcomes.length

/** Searches the whole instruction and buys what comes first, having chosen these options where it offers them. */
const firstHit = (instruction: string, options: readonly string[]): Agent => ({
  name: 'first-hit',
  act({ history, actions }) {
    if (history.length === 0) return { action: `search[${instruction}]` }
    const clicks = (actions ?? []).filter((action) => typeof action === 'string')
    if (history.length === 1) return { action: clicks.find((click) => /^click\[b0/.test(click)) ?? null }
    return { action: clicks.find((click) => options.includes(click.slice(6, -1))) ?? 'click[buy now]' }
  },
})

const instructionOf = ({ public: open }: Task): string => {
  if (typeof open === 'object' && open !== null && 'instruction' in open && typeof open.instruction === 'string')
    return open.instruction
  throw new Error('a task of the shop has an instruction')
}

/** What no agent knows: the options that count. */
const optionsOf = ({ private: hidden }: Task): readonly string[] =>
  typeof hidden === 'object' && hidden !== null && 'options' in hidden
    ? Object.values(hidden.options ?? {}).filter((value) => typeof value === 'string')
    : []

describe.each(KINDS)(`${GOALS} test goals of the shop that comes with stepgym (%s)`, (kind) => {
  it('are met by chance in at most 1 % of episodes', async () => {
    const agent = await createAgent(random)
    const outcomes: Outcome[] = []
    for (const seed of [1, 2, 3]) outcomes.push(...(await play(worldOf(kind), () => agent, seed)))
    expect(successOf(outcomes)).toBeLessThanOrEqual(0.01)
    expect(outcomes.some(({ steps }) => steps < 15)).toBe(true)
  })

  it('are met by the first hit of the whole instruction in at most 15 %, even if its options are chosen well', async () => {
    const bare = await play(worldOf(kind), (task) => firstHit(instructionOf(task), []), 1)
    const chosen = await play(worldOf(kind), (task) => firstHit(instructionOf(task), optionsOf(task)), 1)
    expect(successOf(bare)).toBeLessThanOrEqual(0.15)
    expect(successOf(chosen)).toBeLessThanOrEqual(0.15)
    expect(bare.every(({ steps }) => steps === 3)).toBe(true)
    expect(chosen.some(({ steps }) => steps > 3)).toBe(true)
  })

  it('are met by an expert that sees the pages alone in at least 90 %, within 15 steps', async () => {
    const expert = await createAgent(shopExpert)
    const outcomes = await play(worldOf(kind), () => expert, 1)
    expect(successOf(outcomes)).toBeGreaterThanOrEqual(0.9)
    expect(Math.max(...outcomes.map(({ steps }) => steps))).toBeLessThanOrEqual(15)
  })
})

describeWithReference(`${GOALS} goals of WebShop's bug-for-bug profile over reference products`, (folder) => {
  const catalogue = { folder: `${folder}/data/webshop_synth` }

  it.each(KINDS)(
    'are met by the expert in more than half, and more often than by the first hit with its options given (%s)',
    async (goals) => {
      const world = await openWorld(webshop, { profile: 'reference', goals, catalogue })
      const expert = await createAgent(shopExpert)
      const first = await play(world, (task) => firstHit(instructionOf(task), optionsOf(task)), 1)
      const outcomes = await play(world, () => expert, 1)
      expect(successOf(outcomes)).toBeGreaterThan(0.5)
      expect(successOf(outcomes)).toBeGreaterThan(successOf(first))
    },
  )
})
