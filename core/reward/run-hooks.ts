import { Deadline, Lapsed } from '../data/deadline.ts'
import { messageOf, textOf } from '../data/errors.ts'
import { chain, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import type { Group, JsonObject, NullReason, Reward, Step, Trajectory } from '../data/types.ts'
import type { Grades } from '../episode/environment.ts'
import { Branches } from '../rollout/branches.ts'
import type {
  GroupHook,
  HookContext,
  Judgement,
  OutcomeContext,
  OutcomeHook,
  ProcessHook,
  RewardHook,
  TurnContext,
  TurnHook,
} from './hook.ts'
import { alignedWithSteps, shapedAsGroup } from './judgements.ts'

/** Where hooks get the environment's measures of states from; computed only when asked for. */
export interface GradeSource {
  readonly before: () => Grades
  readonly after: () => Grades
}

/** Turn hooks in order; a promise only from the first hook that needs one. */
export function runTurnHooks(
  hooks: readonly TurnHook[],
  step: Step,
  history: readonly Step[],
  grades: GradeSource,
): MaybePromise<readonly Reward[]> {
  if (hooks.length === 0) return NO_REWARDS
  const past = Object.freeze([...history])
  return runFrom(0, [], hooks, (hook, context) => hook.reward(step, turnContext(context, past, grades)))
}

export function runOutcomeHooks(
  hooks: readonly OutcomeHook[],
  trajectory: Trajectory,
  grades: () => Grades,
): MaybePromise<readonly Reward[]> {
  return runFrom(0, [], hooks, (hook, context) => hook.reward(trajectory, outcomeContext(context, grades)))
}

/** One reward a step, in batches of the hook's size, one after the other. */
export async function runProcessHook(hook: ProcessHook, steps: readonly Step[]): Promise<readonly Reward[]> {
  const rewards: Reward[] = []
  for (let from = 0; from < steps.length; from += hook.maxBatch)
    rewards.push(...(await judgeBatch(hook, steps.slice(from, from + hook.maxBatch))))
  return rewards
}

/** Rewards of a closed group: one a trajectory, or one a step of each. */
export interface GroupRewards {
  readonly perTrajectory: readonly Reward[] | null
  readonly perStep: readonly (readonly Reward[])[] | null
}

/** A hook sees trajectories whole; of what it says of steps that forks share, what it says of their owner stands. */
export async function runGroupHook(hook: GroupHook, group: Group): Promise<GroupRewards> {
  const { trajectories } = group
  const whole = wholeGroup(group)
  const call = (context: HookContext) => hook.reward(whole, context)
  const tried = await attempt(hook, (context) => chain(call(context), shapedAsGroup))
  if (!tried.ok) return { perTrajectory: trajectories.map(() => failed(hook, tried)), perStep: null }
  const { value, latencyMs } = tried
  const misaligned = failed(hook, { reason: 'threw', detail: 'its result is not aligned with the group', latencyMs })
  const reward = (judgement: Judgement | undefined): Reward => rewardOf(hook, judgement, latencyMs)
  if ('perTrajectory' in value) {
    const { perTrajectory } = value
    const fits = perTrajectory.length === trajectories.length
    return { perTrajectory: trajectories.map((_, i) => (fits ? reward(perTrajectory[i]) : misaligned)), perStep: null }
  }
  const { perStep } = value
  const fits = whole.trajectories.every(({ steps }, i) => perStep[i]?.length === steps.length)
  const sharedBy = (i: number): number => trajectories[i]?.forkedFrom?.index ?? 0
  const ofStep = (i: number, j: number): Reward => (fits ? reward(perStep[i]?.[sharedBy(i) + j]) : misaligned)
  return { perTrajectory: null, perStep: trajectories.map(({ steps }, i) => steps.map((_, j) => ofStep(i, j))) }
}

function wholeGroup(group: Group): Group {
  const { trajectories, aborted } = group
  if (trajectories.every(({ forkedFrom }) => forkedFrom === undefined)) return group
  const branches = new Branches([...trajectories, ...aborted])
  return { ...group, trajectories: trajectories.map((each) => branches.wholeOf(each)) }
}

async function judgeBatch(hook: ProcessHook, steps: readonly Step[]): Promise<readonly Reward[]> {
  const call = (context: HookContext) => hook.reward(steps, context)
  const tried = await attempt(hook, (context) => chain(call(context), (judged) => alignedWithSteps(judged, steps)))
  if (!tried.ok) return steps.map(() => failed(hook, tried))
  const { perStep, perToken } = tried.value
  const { latencyMs } = tried
  return perStep.map((judgement, index) => withTokens(hook, rewardOf(hook, judgement, latencyMs), perToken?.[index]))
}

function withTokens(hook: RewardHook, reward: Reward, perToken: readonly number[] | null | undefined): Reward {
  if (!perToken) return reward
  if (perToken.every(Number.isFinite)) return { ...reward, perToken: Object.freeze([...perToken]) }
  return failed(hook, { reason: 'not-finite', detail: 'a value of a token is no number', latencyMs: reward.latencyMs })
}

/** Runs the rest of the hooks, continuing at once while they answer at once. */
function runFrom<Hook extends TurnHook | OutcomeHook>(
  from: number,
  done: readonly Reward[],
  hooks: readonly Hook[],
  call: (hook: Hook, context: HookContext) => MaybePromise<Judgement>,
): MaybePromise<readonly Reward[]> {
  const rewards = [...done]
  for (const [offset, hook] of hooks.slice(from).entries()) {
    const tried = attempt(hook, (context) => call(hook, context))
    if (isPromise(tried)) {
      const resume = (late: Attempt<Judgement>): MaybePromise<readonly Reward[]> =>
        runFrom(from + offset + 1, [...rewards, rewardOfAttempt(hook, late)], hooks, call)
      return tried.then(resume)
    }
    rewards.push(rewardOfAttempt(hook, tried))
  }
  return rewards
}

interface Failure {
  readonly reason: NullReason
  readonly detail: string
  readonly latencyMs: number
}
type Attempt<T> =
  | { readonly ok: true; readonly value: T; readonly latencyMs: number }
  | ({ readonly ok: false } & Failure)

const DEFAULT_TIMEOUT_MS = 1000

/** A throw or a lapse becomes a failure, never an exception. */
function attempt<T>(hook: RewardHook, call: (context: HookContext) => MaybePromise<T>): MaybePromise<Attempt<T>> {
  const began = performance.now()
  const deadline = new Deadline(hook.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const succeed = (value: T): Attempt<T> => ({ ok: true, value, latencyMs: performance.now() - began })
  const fail = (thrown: unknown): Attempt<T> => {
    const reason = thrown instanceof Lapsed ? 'lapsed' : 'threw'
    return { ok: false, reason, detail: messageOf(thrown), latencyMs: performance.now() - began }
  }
  try {
    const value = call(new Call(hook.options ?? NO_OPTIONS, deadline))
    return isPromise(value) ? deadline.race(value).then(succeed, fail) : succeed(value)
  } catch (thrown) {
    return fail(thrown)
  }
}

const rewardOfAttempt = (hook: RewardHook, tried: Attempt<Judgement>): Reward =>
  tried.ok ? rewardOf(hook, tried.value, tried.latencyMs) : failed(hook, tried)

function rewardOf(hook: RewardHook, value: unknown, latencyMs: number): Reward {
  if (typeof value === 'number' && Number.isFinite(value))
    return { name: hook.name, version: hook.version, latencyMs, value: value + 0 }
  if (value === null) return { name: hook.name, version: hook.version, latencyMs, value, reason: 'declined' }
  return failed(hook, { reason: 'not-finite', detail: `it returned ${textOf(() => value).slice(0, 100)}`, latencyMs })
}

const failed = ({ name, version }: RewardHook, { reason, detail, latencyMs }: Failure): Reward => ({
  name,
  version,
  latencyMs,
  value: null,
  reason,
  detail,
})

const NO_REWARDS: readonly Reward[] = Object.freeze([])
const NO_OPTIONS: JsonObject = Object.freeze({})

class Call implements HookContext {
  readonly options: JsonObject
  readonly #deadline: Deadline

  constructor(options: JsonObject, deadline: Deadline) {
    this.options = options
    this.#deadline = deadline
  }

  get signal(): AbortSignal {
    return this.#deadline.signal
  }
}

/** Closures rather than methods, so that a hook may take its context apart. */
const turnContext = (call: HookContext, history: readonly Step[], { before, after }: GradeSource): TurnContext => ({
  history,
  options: call.options,
  get signal() {
    return call.signal
  },
  grades: after,
  gradesBefore: before,
})

const outcomeContext = (call: HookContext, grades: () => Grades): OutcomeContext => ({
  options: call.options,
  get signal() {
    return call.signal
  },
  grades,
})
