import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import environment from '../../../envs/repository/index.ts'
import type { RepositoryResources } from '../../../envs/repository/resources.ts'

export const rngOf = (seed: number, step = 0): Rng => new Rng(keyOfSeed(seed), step)

/** An episode of a task, by its number in a split. */
export async function start(options: object = {}, index = 0, split = 'train') {
  const world = await openWorld(environment, { tasks: 8, ...options })
  const task = world.tasks.at(split, index)
  const own = (world.resources as RepositoryResources).taskAt(Number(task.private))
  const episode = await startEpisode(world, { task, seed: index })
  const call = async (name: string, args: Json = {}) => {
    const taken = await episode.step({ name, arguments: args })
    return { ...taken, shown: await episode.text() }
  }
  return { world, episode, task: own, call, grades: () => episode.grades() }
}
export type Started = Awaited<ReturnType<typeof start>>

/** Plays the environment's own solver to the end. */
export async function playExpert({ episode }: Started, noise: number, seed = 0) {
  const actions: Json[] = []
  let reward: number | null = null
  for (let turn = 0; episode.ending === null; turn++) {
    const action = episode.expert({ rng: rngOf(seed, turn), noise, turn }) ?? null
    actions.push(action)
    reward = (await episode.step(action)).reward
  }
  return { actions, reward }
}

/** Files that are other than in the solution, as actions that write them. */
export const repairsOf = ({ task }: Started): readonly Json[] =>
  Object.entries(task.reference ?? {})
    .filter(([path, text]) => task.files[path] !== text)
    .map(([path, content]) => ({ name: 'write', arguments: { path, content } }))
