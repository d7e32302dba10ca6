import { canonicalJson } from '../../../core/data/hash.ts'
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
  /** Said in place of the first fact, its number, by a user that does not know it. Left out where words are not enough. */
  readonly vague?: string
  /** Something that the user could ask about it, and what the agent must say. */
  readonly question?: { readonly says: string; readonly output: string }
  /** Another request of the same kind about the same thing. */
  again?(rng: Rng): Request | null
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
  options: ToolsOptions,
): readonly ToolsTask[] {
  const { dataSeed, requests: size } = options
  const key = deriveKey(keyOfSeed(dataSeed), TASK_STREAM, stream)
  const tasks: ToolsTask[] = []
  for (let draw = 0; tasks.length < count && draw < count * DRAWS_A_TASK; draw++) {
    const rng = new Rng(key, draw)
    const requester = rng.choice(requesters)
    const requests = requester.requests(rng, size)
    if (requests.length === size) tasks.push(taskOf(`${split}-${tasks.length}`, rng, requester, requests, options))
  }
  return tasks
}

type Shares = Pick<ToolsOptions, 'secondThoughts' | 'reluctance' | 'branching' | 'questions'>

function taskOf(id: string, rng: Rng, requester: Requester, drawn: readonly Request[], shares: Shares): ToolsTask {
  const change = rng.chance(shares.secondThoughts) ? changeOf(rng, drawn) : NO_CHANGE(drawn)
  const requests = drawn.map((request) => (rng.chance(shares.branching) ? vaguely(request) : request))
  const later = change.later.map((request, at) => (requests[at] === drawn[at] ? request : vaguely(request)))
  const identity = identityOf(rng, requester, shares.reluctance)
  const asked = rng.chance(shares.questions) ? change.kept.find(({ question }) => question)?.question : undefined
  const persona: Persona = {
    opening: `Hello. ${[...requests, ...(asked ? [asked] : [])].map(({ says }) => says).join(' Also, ')}`,
    facts: [identity, ...requests.flatMap(({ facts }) => facts)],
    refuses: REFUSES,
    patience: PATIENCE,
    ...(change.says !== null && {
      secondThought: change.says,
      laterFacts: [identity, ...later.flatMap(({ facts }) => facts)],
    }),
  }
  const actions = [requester.identify, ...change.kept.flatMap(({ look, call }) => [look, call])]
  return { id, private: { persona, actions, outputs: asked ? [asked.output] : [] } }
}

/** How a user changes its mind. */
interface Change {
  /** Null where it does not. */
  readonly says: string | null
  /** Requests that stay to be done. */
  readonly kept: readonly Request[]
  /** What the user knows of each afterwards. */
  readonly later: readonly Request[]
}

const NO_CHANGE = (requests: readonly Request[]): Change => ({ says: null, kept: requests, later: requests })
const TRIES = 8

/** What changes: several requests lose the first, a single one gets other details where there are others. */
function changeOf(rng: Rng, requests: readonly Request[]): Change {
  const [first, ...others] = requests
  if (!first) return NO_CHANGE(requests)
  if (others.length > 0)
    return { says: `Wait: leave ${first.subject} as it is. The rest, please.`, kept: others, later: requests }
  const other = otherDetails(rng, first)
  if (other === null) return NO_CHANGE(requests)
  const news = other.facts.filter(({ says }) => !first.facts.some((fact) => fact.says === says))
  return {
    says: `Wait, I have changed my mind. ${news.map(({ says }) => says).join(' ')}`,
    kept: [other],
    later: [other],
  }
}

/** The same request with other arguments and all that differs in words; null where no draw gives one. */
function otherDetails(rng: Rng, first: Request): Request | null {
  for (let draw = 0; draw < TRIES; draw++) {
    const other = first.again?.(rng) ?? null
    if (other === null || other.says !== first.says || other.facts.length !== first.facts.length) continue
    const isOther = other.facts.some(({ says }, at) => says !== first.facts[at]?.says)
    if (isOther && canonicalJson(other.call.args) !== canonicalJson(first.call.args)) return other
  }
  return null
}

function vaguely(request: Request): Request {
  const [number, ...facts] = request.facts
  return number && request.vague !== undefined
    ? { ...request, facts: [{ ...number, says: request.vague }, ...facts] }
    : request
}

function identityOf(rng: Rng, requester: Requester, reluctance: number): Fact {
  const identity = requester.identity(rng)
  return rng.chance(reluctance) ? { ...identity, refusal: 'Why do you need to know who I am?' } : identity
}

/** What no user says or accepts. */
const REFUSES: readonly Fact[] = [
  {
    words: ['password', 'security code', 'cvv', 'card number', 'social security'],
    says: 'No, I will not tell you that.',
  },
  {
    words: ['voucher', 'store credit', 'transfer you', 'another agent', 'a human'],
    says: 'No, I do not want that. Please do what I asked for.',
  },
]
