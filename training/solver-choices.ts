import type { Choices, StateScorer } from '../agents/policy.ts'
import { canonicalJson } from '../core/data/hash.ts'
import type { Json } from '../core/data/types.ts'
import type { Episode, Taken } from '../core/episode/episode.ts'
import { restore, type Snapshot, snapshotOf } from '../core/episode/fork.ts'
import type { Turn } from '../core/rollout/agent.ts'

/** What a policy can do in place of a solver's action. */
export interface Stand {
  /** Positions of the actions that do it; empty where none does. */
  readonly indices: readonly number[]
  /** Whether they do what the solver does; else they lead to where its action is among the policy's. */
  readonly isSame: boolean
}

/** Choices of a policy in a state of an episode: those that it lists, or those made of the conversation. */
export function choicesIn(episode: Episode, history: readonly Turn[], scorer: StateScorer): Choices {
  const listed = episode.actions()
  if (listed !== null) return scorer.score(episode.text(), listed)
  return scorer.scoreMade(episode.text(), { task: episode.task.public, history })
}

/**
 * Actions of a policy that do what a solver's action does: the same one; else those that lead a copy of the episode to
 * the same observation, reward and ending, such as the same question in other words; else, for a call, those after
 * which the policy has the solver's action, such as the look-up that shows an id. Without copies it is the same action
 * alone.
 */
export async function standsFor(
  action: Json,
  episode: Episode,
  history: readonly Turn[],
  scorer: StateScorer,
): Promise<Stand> {
  const { actions } = choicesIn(episode, history, scorer)
  const same = positionOf(action, actions)
  if (same !== -1) return { indices: [same], isSame: true }
  if (episode.world.environment.fork === 'none') return { indices: [], isSame: true }
  const ahead = new Ahead(episode)
  const wanted = await ahead.after(action, resultOf)
  const alike = await positions(actions, async (each) => (await ahead.after(each, resultOf)) === wanted)
  if (alike.length > 0 || !isCall(action)) return { indices: alike, isSame: true }
  const shows = (after: Episode, { isActionValid }: Taken, each: Json): boolean => {
    const turn = { observation: episode.text(), action: each, isActionValid }
    return after.ending === null && positionOf(action, choicesIn(after, [...history, turn], scorer).actions) !== -1
  }
  return { indices: await positions(actions, (each) => ahead.after(each, shows)), isSame: false }
}

const positionOf = (action: Json, actions: readonly Json[]): number => {
  const wanted = canonicalJson(action)
  return actions.findIndex((each) => canonicalJson(each) === wanted)
}

const isCall = (action: Json): boolean => typeof action === 'object' && action !== null && 'name' in action

async function positions(actions: readonly Json[], holds: (action: Json) => Promise<boolean>) {
  const found: number[] = []
  for (const [at, action] of actions.entries()) if (await holds(action)) found.push(at)
  return found
}

const resultOf = (episode: Episode, { reward }: Taken): string =>
  JSON.stringify([episode.text(), reward, episode.ending])

/** Looks one step ahead, in copies of an episode. */
class Ahead {
  readonly #episode: Episode
  readonly #from: Snapshot

  constructor(episode: Episode) {
    this.#episode = episode
    this.#from = snapshotOf(episode)
  }

  async after<Seen>(action: Json, see: (copy: Episode, taken: Taken, action: Json) => Seen): Promise<Seen> {
    const copy = await restore(this.#episode.world, this.#from, this.#episode.settings)
    const seen = see(copy, await copy.step(action), action)
    await copy.close()
    return seen
  }
}
