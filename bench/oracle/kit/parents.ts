import { type Environment, type Episode, expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import grid from '../../../envs/grid/index.ts'
import guessNumber from '../../../envs/guess-number.ts'
import webshop from '../../../envs/webshop/index.ts'

/** An episode some steps on, to be forked. */
export interface Parent {
  readonly name: string
  readonly episode: Episode
}

const ENVIRONMENTS: readonly Environment[] = [guessNumber, grid, webshop]

/** One of each environment. */
export const parents = (): Promise<readonly Parent[]> => Promise.all(ENVIRONMENTS.map(parentOf))

async function parentOf(environment: Environment): Promise<Parent> {
  const world = await openWorld(environment)
  const [split = ''] = world.tasks.splits
  const episode = expectSync(startEpisode(world, { task: world.tasks.at(split, 5 % world.tasks.size(split)), seed: 5 }))
  for (let i = 0; i < 2; i++) wander(episode, i)
  return { name: environment.id, episode }
}

/** Takes a listed action that does not end it; in the shop a search where nothing is listed but that. */
export function wander(episode: Episode, i: number): void {
  const going = (episode.actions() ?? []).filter((action) => !/buy now|^search/.test(`${action}`))
  expectSync(episode.step(going[(i * 7 + 3) % Math.max(1, going.length)] ?? `search[item ${i % 50} for daily use]`))
}

/** As cheap as an agent can be: what is measured is the rest. */
export const anyAction: Agent = {
  name: 'any',
  act({ actions, rng }) {
    const listed = actions ?? []
    return { action: listed[rng.int(0, Math.max(0, listed.length - 1))] ?? 'search[gift]' }
  },
}
