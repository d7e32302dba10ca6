import { deriveKey, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Splits, ToolsOptions, ToolsTask } from './domain.ts'
import type { ToolCall } from './execute.ts'
import type { Fact, Persona } from './user.ts'

/** One thing that a user wants: said at once, the rest when asked for, and done by one call. */
export interface Request {
  readonly says: string
  readonly facts: readonly Fact[]
  /** What the call concerns, in the user's words: `order #W123`. */
  readonly subject: string
  /** A look-up that a careful agent makes first. */
  readonly look: ToolCall
  readonly call: ToolCall
}

/** A generated user, and what it could want. */
export interface Requester {
  /** Says who the user is. */
  identity(rng: Rng): Fact
  /** Finds the user, or shows it. */
  readonly identify: ToolCall
  /** Requests about different things, in random order; as many as there can be, up to `count`. */
  requests(rng: Rng, count: number): readonly Request[]
}

const TASK_STREAM = 3
/** Messages that the user does not understand before it gives up. */
const PATIENCE = 3
/** Splits with their share of users; none is in two, so that splits share no task. */
const SPLITS = [
  { name: 'train', from: 0, to: 0.6 },
  { name: 'validation', from: 0.6, to: 0.8 },
  { name: 'test', from: 0.8, to: 1 },
] as const
const DRAWS_A_TASK = 10

/** Tasks of generated users, a function of users and options; fewer than asked for where users have no more to want. */
export function generateTasks(requesters: readonly Requester[], options: ToolsOptions): Splits {
  const place = (share: number): number => Math.round(requesters.length * share)
  const splits = SPLITS.map(({ name, from, to }, stream) => {
    const count = Math.max(1, Math.round(options.tasks * (to - from)))
    return [name, tasksOf(name, requesters.slice(place(from), place(to)), count, stream, options)] as const
  })
  return Object.fromEntries(splits)
}

function tasksOf(
  split: string,
  requesters: readonly Requester[],
  count: number,
  stream: number,
  { dataSeed, requests: size, secondThoughts }: ToolsOptions,
): readonly ToolsTask[] {
  const key = deriveKey(keyOfSeed(dataSeed), TASK_STREAM, stream)
  const tasks: ToolsTask[] = []
  for (let draw = 0; tasks.length < count && draw < count * DRAWS_A_TASK; draw++) {
    const rng = new Rng(key, draw)
    const requester = rng.choice(requesters)
    const requests = requester.requests(rng, size)
    if (requests.length === size)
      tasks.push(taskOf(`${split}-${tasks.length}`, rng, requester, requests, secondThoughts))
  }
  return tasks
}

function taskOf(
  id: string,
  rng: Rng,
  requester: Requester,
  requests: readonly Request[],
  secondThoughts: number,
): ToolsTask {
  const changesMind = requests.length > 1 && rng.chance(secondThoughts)
  const kept = changesMind ? requests.slice(1) : requests
  const persona: Persona = {
    opening: `Hello. ${requests.map(({ says }) => says).join(' Also, ')}`,
    facts: [requester.identity(rng), ...requests.flatMap(({ facts }) => facts)],
    patience: PATIENCE,
    ...(changesMind && { secondThought: `Wait: leave ${requests[0]?.subject} as it is. The rest, please.` }),
  }
  const actions = [requester.identify, ...kept.flatMap(({ look, call }) => [look, call])]
  return { id, private: { persona, actions, outputs: [] } }
}
