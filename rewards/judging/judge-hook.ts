import { messageOf } from '../../core/data/errors.ts'
import { type OptionRanges, TIME_RANGE } from '../../core/data/options.ts'
import { counted, cut } from '../../core/data/shown.ts'
import type { Group, JsonObject, Trajectory } from '../../core/data/types.ts'
import { defineRewardHook, type GroupHook, type GroupJudgements, type Judgement } from '../../core/reward/hook.ts'
import { choice } from '../recorded.ts'
import { GUARDS, type Guard, stoppedBy } from './guards.ts'
import { Judge, type Read } from './judge.ts'
import { STEP_ORDERS, type StepOrder } from './transcript.ts'

/** Options that every hook has that asks a judge. */
export const JUDGE_OPTIONS = {
  model: '',
  baseUrl: 'http://127.0.0.1:8000/v1',
  apiKey: '',
  temperature: 0,
  maxTokens: 2048,
  requestMs: 60_000,
  retries: 2,
  tries: 2,
  budget: 10_000,
  concurrency: 8,
  cache: '',
  characters: 40_000,
  guard: 'lowest',
  order: 'forward',
}
type JudgeOptions = typeof JUDGE_OPTIONS

/** Ranges of these options. */
export const JUDGE_RANGES: OptionRanges = {
  temperature: [0, 100],
  maxTokens: [1, 1_000_000],
  requestMs: TIME_RANGE,
  retries: [0, 100],
  tries: [1, 100],
  budget: [0, 1_000_000_000],
  concurrency: [1, 1000],
  characters: [100, 10_000_000],
}

/** Milliseconds until the judging of one group is given up. */
const GROUP_MS = 600_000
/** Why nothing can be judged yet. */
const NOT_OPEN = 'no judge is open: name it with the options model and baseUrl, and open the hook with openHooks'
/** Characters of a reply that a note keeps. */
export const LONGEST_REPLY = 2000

/** What a judge is given to judge a group. */
export interface Bench {
  readonly judge: Judge
  readonly signal: AbortSignal
  readonly guard: Guard
  /** Characters of a transcript. */
  readonly characters: number
  /** Order in which the judge reads steps. */
  readonly order: StepOrder
}

/** Whether the last step comes first in the question of a vote, counted from 0. */
export const isBackward = ({ order }: Pick<Bench, 'order'>, vote: number): boolean =>
  order === 'backward' || (order === 'both' && vote % 2 === 1)

/** A hook that asks a judge, before it is defined. */
export interface JudgeHook<Own extends JsonObject> {
  readonly name: string
  readonly summary: string
  /** Options beside those of every judge. */
  readonly options: Own
  readonly ranges?: OptionRanges
  /** Defaults of the options of every judge that are others here. */
  readonly defaults?: Partial<JudgeOptions>
  /**
   * Reads the options once, and judges by them.
   * @throws GymError CONFIG_INVALID
   */
  prepare(options: Own): JudgeGroup | Promise<JudgeGroup>
}

/** Judges a group. */
export type JudgeGroup = (group: Group, bench: Bench) => Promise<GroupJudgements>

/** Makes a group hook that asks a judge once it is open, and declines before. @throws GymError HOOK_INVALID */
export function defineJudgeHook<Own extends JsonObject>(hook: JudgeHook<Own>): GroupHook {
  const { name, summary, prepare } = hook
  return defineRewardHook<JudgeOptions & Own>({
    ...{ name, summary, version: 1, scope: 'group', timeoutMs: GROUP_MS },
    options: { ...JUDGE_OPTIONS, ...hook.defaults, ...hook.options },
    ranges: { ...JUDGE_RANGES, ...hook.ranges },
    reward: ({ trajectories }) => allDeclined(trajectories, () => NOT_OPEN),
    async open(options) {
      const guard = choice(name, 'guard', options.guard, GUARDS)
      const order = choice(name, 'order', options.order, STEP_ORDERS)
      const judgeGroup = await prepare(options)
      const judge = new Judge({ ...options, name: `the judge of ${name}`, timeoutMs: options.requestMs })
      const { characters } = options
      return defineRewardHook({
        ...{ name, summary, version: 1, scope: 'group', timeoutMs: GROUP_MS, options },
        reward: (group, { signal }) => judgeGroup(group, { judge, signal, guard, characters, order }),
      })
    },
  })
}

const allDeclined = (trajectories: readonly Trajectory[], why: () => string): GroupJudgements => ({
  perTrajectory: trajectories.map(() => null),
  declined: trajectories.map(why),
})

/** Value of a trajectory, or of each of its steps; null with a reason; and what it goes by. */
export interface Ruling<Value> {
  readonly value: Value | null
  readonly why?: string
  readonly note: JsonObject
}

/**
 * Rules on each trajectory, or has a guard do so.
 * @param lowest what the guard gives in place of a verdict
 */
export function rulings<Value>(
  { trajectories }: Group,
  bench: Bench,
  lowest: (trajectory: Trajectory) => Value,
  rule: (trajectory: Trajectory) => Promise<Ruling<Value>>,
): Promise<readonly Ruling<Value>[]> {
  return Promise.all(
    trajectories.map(async (trajectory): Promise<Ruling<Value>> => {
      const stopped = bench.guard === 'none' ? null : stoppedBy(trajectory)
      if (stopped === null) return rule(trajectory).catch((thrown) => unruled(thrown, bench))
      const value = bench.guard === 'lowest' ? lowest(trajectory) : null
      return { value, note: { guard: stopped }, ...(value === null && { why: `not shown to the judge: ${stopped}` }) }
    }),
  )
}

/** What fails for one trajectory leaves the others their values. @throws what the signal was aborted with */
function unruled(thrown: unknown, { signal }: Bench): Ruling<never> {
  signal.throwIfAborted()
  return { value: null, why: messageOf(thrown), note: {} }
}

/** Rulings on trajectories, as a hook returns them. */
export const ruledTrajectories = (ruled: readonly Ruling<Judgement>[]): GroupJudgements => ({
  perTrajectory: ruled.map(({ value }) => value),
  ...remarksOf(ruled),
})

/** Reasons and notes of rulings. */
export const remarksOf = (ruled: readonly Ruling<unknown>[]) => ({
  declined: ruled.map(({ why }) => why ?? null),
  notes: ruled.map(({ note }) => note),
})

/** Votes on one question, or why they decide nothing. */
export interface Votes<T> {
  readonly known: readonly T[]
  /** Null where more than half of them can be read. */
  readonly why: string | null
  readonly replies: readonly string[]
}

/** Asks for several votes: those that cannot be read do not count, and more than half of them must. */
export async function votesOf<T>(count: number, ask: (vote: number) => Promise<Read<T>>): Promise<Votes<T>> {
  const votes = await Promise.all(Array.from({ length: count }, (_, vote) => ask(vote)))
  const known = votes.flatMap(({ value }) => (value === null ? [] : [value]))
  const [problem] = votes.flatMap((vote) => ('problem' in vote ? [vote.problem] : []))
  const isEnough = known.length * 2 > count
  return {
    known,
    why: isEnough ? null : `${known.length} of ${counted(count, 'vote')} could be read: ${problem ?? ''}`,
    replies: votes.map(({ reply }) => cut(reply, LONGEST_REPLY)),
  }
}
