import { deriveKey, keyOfSeed, Rng } from '../data/rng.ts'
import type { Json, Move } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import type { EpisodeSettings } from '../episode/settings.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { NotApplicable } from './report.ts'

/** What one can see of an episode after each step, to compare episodes by. */
export interface Trace {
  readonly views: readonly string[]
  readonly hashes: readonly string[]
  readonly results: readonly string[]
  readonly moves: readonly Move[]
}

/** Picks actions as a function of seed and step: the listed ones where there are any, else the examples. */
export function pickAction(episode: Episode, seed: number): Json {
  const choices = episode.actions() ?? episode.world.environment.examples ?? []
  if (choices.length === 0)
    throw new NotApplicable('there is nothing to do: give `actions`, or `examples` where actions cannot be listed')
  return new Rng(deriveKey(keyOfSeed(seed), 0, 0), episode.index).choice(choices)
}

export const taskSettings = (world: World, seed: number, extra: Partial<EpisodeSettings> = {}): EpisodeSettings => {
  const [split = ''] = world.tasks.splits
  const index = seed % world.tasks.size(split)
  return { task: world.tasks.at(split, index), seed, ...extra }
}

/** Drives a fresh episode to its end, or for `limit` steps, and closes it. */
export async function traceOf(world: World, settings: EpisodeSettings, actionSeed: number, limit = 30): Promise<Trace> {
  const episode = await startEpisode(world, settings)
  return driveOn(episode, (index) => (index < limit ? pickAction(episode, actionSeed) : null))
}

/** Drives an episode by the given choices until it ends or there is none, and closes it. */
export async function driveOn(episode: Episode, choose: (step: number) => Json | null): Promise<Trace> {
  const views = [episode.text()]
  const hashes = [episode.stateHash()]
  const results: string[] = []
  const moves: Move[] = []
  for (let step = 0; episode.ending === null; step++) {
    const action = choose(step)
    if (action === null) break
    const taken = await episode.step(action)
    const { action: recorded, forkPath, effects } = taken
    moves.push({ action: recorded, forkPath, effects, ...(taken.refused && { refused: taken.refused }) })
    results.push(JSON.stringify([taken.reward, taken.terminated, taken.truncated, taken.isActionValid, taken.info]))
    views.push(episode.text())
    hashes.push(episode.stateHash())
  }
  await episode.close()
  return { views, hashes, results, moves }
}

/** Says where two traces part; null where they agree. */
export function differenceOf(first: Trace, second: Trace): string | null {
  for (const kind of ['views', 'hashes', 'results'] as const) {
    const [a, b] = [first[kind], second[kind]]
    const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i])
    if (at !== undefined) return `${kind} part at ${at}: ${excerpt(a[at])} and ${excerpt(b[at])}`
  }
  return null
}

const excerpt = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 160))
