import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import type { EpisodeSettings } from '../../../core/episode/settings.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import type { Policy } from '../../../core/rollout/policy.ts'

export const CHAIN_LENGTH = 4

/**
 * Four doors, one after the other: `safe` opens with probability 0.9, `quick` with 0.5, and a door that stays shut ends
 * it. The last one pays 1, so the value of door k under a policy that takes `safe` with probability p is
 * (0.9 p + 0.5 (1 - p)) ^ (4 - k).
 */
export const doors = defineEnvironment({
  id: 'doors@1',
  maxSteps: 10,
  action: textAction((text) => text, 'safe or quick'),
  reset: () => ({ door: 0, isShut: false }),
  step({ door }, action, { rng }) {
    const isShut = !rng.chance(action === 'safe' ? 0.9 : 0.5)
    const next = isShut ? door : door + 1
    return {
      state: { door: next, isShut },
      reward: next === CHAIN_LENGTH ? 1 : 0,
      terminated: isShut || next === CHAIN_LENGTH,
    }
  },
  observe: { text: ({ door, isShut }) => (isShut ? `shut at ${door}` : `door ${door}`) },
  actions: () => ['safe', 'quick'],
})

/** Takes `safe` with this probability. */
export const cautious = (probability: number): Policy => ({
  name: 'cautious',
  version: `${probability}`,
  probabilities: () => [probability, 1 - probability],
})

export const opens = (probability: number): number => 0.9 * probability + 0.5 * (1 - probability)

/** What is lost stays lost: `spoil` ruins it for good, and the last of eight steps pays 1 where nothing was spoilt. */
export const spoilable = defineEnvironment({
  id: 'spoilable@1',
  maxSteps: 8,
  action: textAction((text) => text, 'work or spoil'),
  reset: () => ({ done: 0, isSpoilt: false }),
  step({ done, isSpoilt }, action) {
    const state = { done: done + 1, isSpoilt: isSpoilt || action === 'spoil' }
    return { state, reward: state.done === 8 && !state.isSpoilt ? 1 : 0, terminated: state.done === 8 }
  },
  observe: { text: ({ done }) => `${done} done` },
  actions: () => ['work', 'spoil'],
})

export const always = (action: string): Agent => ({ name: 'always', act: () => ({ action }) })

/** Asks for the same thing as the doors do, late. */
export const lateDoors: Environment = defineEnvironment({
  id: 'late-doors@1',
  kind: 'async',
  maxSteps: 10,
  action: textAction((text) => text, 'anything'),
  reset: async () => ({ door: 0 }),
  async step({ door }, _, { rng }) {
    await Promise.resolve()
    const isOpen = rng.chance(0.9)
    return {
      state: { door: isOpen ? door + 1 : door },
      reward: isOpen && door === 3 ? 1 : 0,
      terminated: !isOpen || door === 3,
    }
  },
  observe: { text: ({ door }) => `door ${door}` },
  examples: ['on'],
})

/** Counts what it drives outside, and must be driven again to be forked. */
export function driven(log: string[]): Environment {
  return defineEnvironment({
    id: 'driven@1',
    kind: 'async',
    maxSteps: 3,
    action: textAction((text) => text, 'anything'),
    open: () => {
      log.push('open')
      return { at: 0 }
    },
    close: () => {
      log.push('close')
    },
    reset: () => ({ at: 0 }),
    async step(_, action, { effect, live }) {
      const at = await effect('go', action, () => {
        live.at++
        return live.at
      })
      return { state: { at }, reward: at === 3 ? 1 : 0, terminated: at === 3 }
    },
    observe: { text: ({ at }) => `at ${at}` },
    examples: ['on'],
  })
}

export async function started(environment: Environment, extra: Partial<EpisodeSettings> = {}): Promise<Episode> {
  const world = await openWorld(environment)
  const [split = ''] = world.tasks.splits
  return startEpisode(world, { task: world.tasks.at(split, 0), seed: 7, ...extra })
}

/** An episode in which these actions were taken. */
export async function playedTo(environment: Environment, actions: readonly string[], seed = 7): Promise<Episode> {
  const episode = await started(environment, { seed })
  for (const action of actions) await episode.step(action)
  return episode
}
