import type { MaybePromise } from '../data/maybe-promise.ts'
import { deriveKey, keyOfSeed, Rng } from '../data/rng.ts'
import type { Effect, Json, Move } from '../data/types.ts'
import { RECORD } from '../episode/effects.ts'
import type { Episode, Taken } from '../episode/episode.ts'
import type { EpisodeSettings } from '../episode/settings.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { at, NotApplicable } from './report.ts'

/** What an episode was and did: first after its reset or fork, then after each step. */
export interface Trace {
  readonly resetEffects: readonly Effect[]
  readonly states: readonly object[]
  readonly views: readonly string[]
  readonly results: readonly Outcome[]
  readonly moves: readonly Move[]
}

/** Picks actions as a function of seed and step: the listed ones where there are any, else the examples. */
export function pickAction(episode: Episode, seed: number): Json {
  const choices = episode.actions() ?? episode.world.environment.examples ?? []
  if (choices.length === 0)
    throw new NotApplicable('there is nothing to do: give `actions`, or `examples` if actions cannot be listed')
  return new Rng(deriveKey(keyOfSeed(seed), 0, 0), episode.index).choice(choices)
}

export const taskSettings = (world: World, seed: number, extra: Partial<EpisodeSettings> = {}): EpisodeSettings => {
  const [split = ''] = world.tasks.splits
  const index = seed % world.tasks.size(split)
  return { task: world.tasks.at(split, index), seed, ...extra }
}

/** Drives a fresh episode to its end, or for `limit` steps, and closes it. */
export async function traceOf(world: World, settings: EpisodeSettings, actionSeed: number, limit = 30): Promise<Trace> {
  const episode = await at('at the reset', async () => startEpisode(world, settings))
  return driveOn(episode, picking(episode, actionSeed, limit))
}

/** A second episode as the first: its outside is the tape of the first, unless it must be driven again by itself. */
export async function retraceOf(world: World, settings: EpisodeSettings, first: Trace): Promise<Trace> {
  const tape = isDrivenAgain(world) ? RECORD : ({ kind: 'read', recorded: first.resetEffects } as const)
  const episode = await at('at the reset', async () => startEpisode(world, settings, tape))
  return retrace(episode, first.moves)
}

/** An episode that starts as this one did; what is driven outside is driven again. */
export async function restarted({ world, settings, resetEffects }: Episode): Promise<Episode> {
  const isTaped = world.environment.open === undefined && !isDrivenAgain(world)
  return startEpisode(world, settings, isTaped ? { kind: 'read', recorded: resetEffects } : RECORD)
}

/** Whether the environment declares that its outside, driven again, answers the same. */
const isDrivenAgain = ({ environment }: World): boolean => environment.fork === 'replay'

/** An episode from where it stands, by the actions and the tape of another that stood there. */
export async function retrace(episode: Episode, moves: readonly Move[]): Promise<Trace> {
  const from = episode.index
  return driven(episode, (index) => {
    const move = moves[index - from]
    if (move === undefined) return null
    const { action, forkPath, effects } = move
    if (isDrivenAgain(episode.world)) return () => episode.step(action)
    return () => episode.stepAgain({ action, forkPath, effects }, { kind: 'read', recorded: effects })
  })
}

/** Picks actions for a number of steps. */
export const picking =
  (episode: Episode, seed: number, limit: number): ((taken: number) => Json | null) =>
  (taken) =>
    taken < limit ? pickAction(episode, seed) : null

/** Drives an episode by the given choices until it ends or there is none, and closes it. */
export const driveOn = (episode: Episode, choose: (taken: number) => Json | null): Promise<Trace> => {
  const from = episode.index
  return driven(episode, (index) => {
    const action = choose(index - from)
    return action === null ? null : () => episode.step(action)
  })
}

type TakeStep = () => MaybePromise<Taken>

async function driven(episode: Episode, next: (index: number) => TakeStep | null): Promise<Trace> {
  const states = [episode.state]
  const views = [episode.text()]
  const results: Outcome[] = []
  const moves: Move[] = []
  while (episode.ending === null) {
    const take = next(episode.index)
    if (take === null) break
    const taken = await at(`at step ${episode.index}`, async () => take())
    moves.push(moveOf(taken))
    results.push(outcomeOf(taken))
    states.push(episode.state)
    views.push(await at(`after step ${taken.index}`, async () => episode.text()))
  }
  await episode.close()
  return { resetEffects: episode.resetEffects, states, views, results, moves }
}

const moveOf = ({ action, forkPath, effects, refused }: Taken): Move => ({
  action,
  forkPath,
  effects,
  ...(refused && { refused }),
})

/** What a step says beside the state that it led to. */
type Outcome = Pick<Taken, 'reward' | 'terminated' | 'truncated' | 'isActionValid' | 'info'>

const outcomeOf = ({ reward, terminated, truncated, isActionValid, info }: Taken): Outcome => ({
  reward,
  terminated,
  truncated,
  isActionValid,
  info,
})

/** Says where two traces part; null where they agree. */
export function differenceOf(first: Trace, second: Trace): string | null {
  const length = Math.max(first.states.length, second.states.length)
  for (let index = 0; index < length; index++) {
    const difference = differenceAt(first, second, index)
    if (difference !== null) return `${index === 0 ? 'at the start' : `at step ${index - 1}`}, ${difference}`
  }
  return null
}

function differenceAt(first: Trace, second: Trace, index: number): string | null {
  const [before, after] = [first.states[index], second.states[index]]
  if (before === undefined || after === undefined) return 'one episode had ended and the other had not'
  const state = pathOfDifference(before, after, 'state')
  if (state !== null) return state
  const result = pathOfDifference(first.results[index - 1], second.results[index - 1], 'transition')
  if (result !== null) return result
  if (first.views[index] === second.views[index]) return null
  return `the states agree and their text does not: ${excerpt(first.views[index])}, then ${excerpt(second.views[index])}`
}

/** The first path at which two values differ, with both values; null where they agree. */
export function pathOfDifference(first: unknown, second: unknown, path: string): string | null {
  if (isObject(first) && isObject(second) && Array.isArray(first) === Array.isArray(second)) {
    const keys = new Set([...Object.keys(first), ...Object.keys(second)])
    for (const key of keys) {
      const difference = pathOfDifference(first[key], second[key], `${path}.${key}`)
      if (difference !== null) return difference
    }
    return null
  }
  return Object.is(first, second) ? null : `${path} is ${excerpt(first)}, then ${excerpt(second)}`
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const MOST_CHARACTERS = 120

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} ...` : text
}
