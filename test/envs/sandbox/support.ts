import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import environment from '../../../envs/sandbox/python/index.ts'
import type { PythonResources } from '../../../envs/sandbox/python/resources.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'

/** A world of the environment, with its tasks. */
export async function open(options: object = {}) {
  const world = await openWorld(environment, { tasks: 12, ...options })
  return { world, code: (world.resources as PythonResources).tasks }
}
export type Opened = Awaited<ReturnType<typeof open>>

/** An episode of a task, by its number in a split. */
export async function start({ world, code }: Opened, index = 0, split = 'train') {
  const task = world.tasks.at(split, index)
  const episode = await startEpisode(world, { task, seed: index })
  const own = code[Number(task.private)]
  if (!own) throw new Error(`no task ${index}`)
  const call = async (name: string, args: Json = {}) => {
    const taken = await episode.step({ name, arguments: args })
    return { ...taken, shown: await episode.text() }
  }
  return { episode, task: own, call, grades: () => episode.grades() }
}
export type Started = Awaited<ReturnType<typeof start>>

export const rngOf = (seed: number): Rng => new Rng(keyOfSeed(seed), 0)

/** Plays the environment's own solver to the end. */
export async function playExpert({ episode }: Started, noise: number, seed = 0) {
  const rewards: (number | null)[] = []
  for (let turn = 0; episode.ending === null; turn++) {
    const action = episode.expert({ rng: new Rng(keyOfSeed(seed), turn), noise, turn })
    rewards.push((await episode.step(action ?? null)).reward)
  }
  return rewards
}

/** The right file of a task. */
export const solutionOf = ({ reference, entry }: CodeTask): string => reference?.[entry] ?? ''
