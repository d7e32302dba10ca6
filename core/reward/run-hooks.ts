import { Deadline, Lapsed } from '../data/deadline.ts'
import { messageOf } from '../data/errors.ts'
import { deepFrozen } from '../data/freeze.ts'
import { adopted, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { cut } from '../data/shown.ts'
import type { Group, Json, JsonObject, ModelScores, NullReason, Reward, Step, Trajectory } from '../data/types.ts'
import { type Owner, owned } from '../data/user-code.ts'
import type { Grades } from '../episode/environment.ts'
import { Branches } from '../rollout/branches.ts'
import type {
  GroupContext,
  GroupHook,
  HookContext,
  Judgement,
  OutcomeContext,
  OutcomeHook,
  ProcessContext,
  ProcessHook,
  RewardHook,
  TurnContext,
  TurnHook,
} from './hook.ts'
import { type Judged, judgedOf, readBatch, readGroup, Unusable } from './judgements.ts'

/** Where hooks get the environment's measures of states from; computed only when asked for. */
export interface GradeSource {
  readonly before: () => Grades
  readonly after: () => Grades
}
/** Where hooks get the answers of the task from. */
export type TruthSource = () => Json

const NO_TRUTH: TruthSource = () => null

/** Group of a step; null where it has none. */
export type GroupSource = (step: Step) => string | null

const NO_GROUP: GroupSource = () => null

/** Turn hooks in order; a promise only from the first hook that needs one. */
export function runTurnHooks(
  hooks: readonly TurnHook[],
  step: Step,
  history: readonly Step[],
  grades: GradeSource,
  truth: TruthSource = NO_TRUTH,
): MaybePromise<readonly Reward[]> {
  if (hooks.length === 0) return NO_REWARDS
  const past = Object.freeze([...history])
  deepFrozen(step)
  return runFrom(0, [], hooks, (hook, context) => hook.reward(step, turnContext(context, past, grades, truth)))
}

export function runOutcomeHooks(
  hooks: readonly OutcomeHook[],
  trajectory: Trajectory,
  grades: () => Grades,
  truth: TruthSource = NO_TRUTH,
): MaybePromise<readonly Reward[]> {
  if (hooks.length === 0) return NO_REWARDS
  const whole = deepFrozen({ ...trajectory, steps: Object.freeze([...trajectory.steps]) })
  return runFrom(0, [], hooks, (hook, context) => hook.reward(whole, outcomeContext(context, grades, truth)))
}

/** One reward a step, in batches of the hook's size, one after the other. */
export async function runProcessHook(
  hook: ProcessHook,
  steps: readonly Step[],
  groupOf: GroupSource = NO_GROUP,
): Promise<readonly Reward[]> {
  const rewards: Reward[] = []
  for (let from = 0; from < steps.length; from += hook.maxBatch)
    rewards.push(...(await judgeBatch(hook, steps.slice(from, from + hook.maxBatch), groupOf)))
  return rewards
}

/** Rewards of a closed group: one a trajectory, or one a step of each. */
export interface GroupRewards {
  readonly perTrajectory: readonly Reward[] | null
  readonly perStep: readonly (readonly Reward[])[] | null
}

/** A hook sees trajectories whole; of what it says of steps that forks share, what it says of their owner stands. */
export async function runGroupHook(
  hook: GroupHook,
  group: Group,
  truth: TruthSource = NO_TRUTH,
  linked: readonly Group[] = [],
): Promise<GroupRewards> {
  const { trajectories } = group
  const whole = wholeGroup(group)
  const lengths = whole.trajectories.map(({ steps }) => steps.length)
  const call = (context: HookContext) => hook.reward(whole, groupContext(context, truth, linked))
  const tried = await attempt(hook, call, (judged) => readGroup(judged, lengths))
  if (!tried.ok) return { perTrajectory: trajectories.map(() => failed(hook, tried)), perStep: null }
  const { value, latencyMs } = tried
  const reward = (judged: Judged, note: JsonObject | null | undefined): Reward =>
    withNote(rewardOf(hook, judged, latencyMs), note)
  if (value.perTrajectory)
    return { perTrajectory: value.perTrajectory.map((judged, i) => reward(judged, value.notes[i])), perStep: null }
  const ownOf = (i: number): readonly Judged[] =>
    value.perStep?.[i]?.slice(trajectories[i]?.forkedFrom?.index ?? 0) ?? []
  const rewardsAt = (i: number): readonly Reward[] =>
    ownOf(i).map((judged, j, { length }) => reward(judged, j === length - 1 ? value.notes[i] : null))
  return { perTrajectory: null, perStep: trajectories.map((_, i) => rewardsAt(i)) }
}

/** The group as hooks see it: frozen, its lists those of this call. */
function wholeGroup(group: Group): Group {
  const { trajectories, aborted } = group
  const branches = new Branches([...trajectories, ...aborted])
  return deepFrozen({
    ...group,
    trajectories: trajectories.map((each) => branches.wholeOf(each)),
    aborted: [...aborted],
  })
}

async function judgeBatch(hook: ProcessHook, steps: readonly Step[], groupOf: GroupSource): Promise<readonly Reward[]> {
  const tokens = steps.map(tokenCountOf)
  const call = (context: HookContext) => hook.reward(deepFrozen(steps), processContext(context, groupOf))
  const tried = await attempt(hook, call, (judged) => readBatch(judged, tokens))
  if (!tried.ok) return steps.map(() => failed(hook, tried))
  const { perStep, perToken, models, notes } = tried.value
  const { latencyMs } = tried
  return perStep.map((judged, index) => {
    const reward = withTokens(hook, rewardOf(hook, judged, latencyMs), perToken?.[index])
    return withNote(withModel(hook, reward, models[index]), notes[index])
  })
}

const tokenCountOf = ({ evidence }: Step): number | null =>
  evidence?.kind === 'token' ? evidence.actionTokenIds.length : null

function withTokens(
  hook: RewardHook,
  reward: Reward,
  perToken: readonly number[] | null | undefined | Unusable,
): Reward {
  if (!perToken) return reward
  if (perToken instanceof Unusable) return failed(hook, { ...perToken, latencyMs: reward.latencyMs })
  return Object.freeze({ ...reward, perToken })
}

function withModel(hook: RewardHook, reward: Reward, model: ModelScores | null | undefined | Unusable): Reward {
  if (!model || reward.value === null) return reward
  if (model instanceof Unusable) return failed(hook, { ...model, latencyMs: reward.latencyMs })
  return Object.freeze({ ...reward, model })
}

const withNote = (reward: Reward, note: JsonObject | null | undefined): Reward =>
  note ? Object.freeze({ ...reward, note: deepFrozen(note) }) : reward

/** Runs the rest of the hooks, continuing at once while they answer at once. */
function runFrom<Hook extends TurnHook | OutcomeHook>(
  from: number,
  done: readonly Reward[],
  hooks: readonly Hook[],
  call: (hook: Hook, context: HookContext) => MaybePromise<Judgement>,
): MaybePromise<readonly Reward[]> {
  const rewards = [...done]
  for (const [offset, hook] of hooks.slice(from).entries()) {
    const tried = attempt(hook, (context) => call(hook, context), judgedOf)
    if (isPromise(tried)) {
      const resume = (late: Attempt<Judged>): MaybePromise<readonly Reward[]> =>
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

/** A throw or a lapse becomes a failure, never an exception. What the hook returned is used only as `read` reads it. */
function attempt<T, U>(
  hook: RewardHook,
  call: (context: HookContext) => MaybePromise<T>,
  read: (returned: T) => U,
): MaybePromise<Attempt<U>> {
  const began = performance.now()
  const deadline = new Deadline(hook.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const succeed = (value: U): Attempt<U> => ({ ok: true, value, latencyMs: performance.now() - began })
  const fail = (thrown: unknown): Attempt<U> => {
    const reason = thrown instanceof Lapsed ? 'lapsed' : 'threw'
    return { ok: false, reason, detail: messageOf(thrown), latencyMs: performance.now() - began }
  }
  try {
    const value = owned(ownerOf(hook, deadline), () => call(new Call(hook.options ?? NO_OPTIONS, deadline)))
    return isPromise(value) ? deadline.race(adopted(value).then(read)).then(succeed, fail) : succeed(read(value))
  } catch (thrown) {
    return fail(thrown)
  }
}

/** What a hook throws late is its null where it is still awaited; what it has said stands. */
const ownerOf = ({ name }: RewardHook, deadline: Deadline): Owner => ({
  name: `reward hook ${name}`,
  failed: (thrown) => void deadline.fail(thrown),
})

const rewardOfAttempt = (hook: RewardHook, tried: Attempt<Judged>): Reward =>
  tried.ok ? rewardOf(hook, tried.value, tried.latencyMs) : failed(hook, tried)

function rewardOf(hook: RewardHook, value: Judged, latencyMs: number): Reward {
  const { name, version } = hook
  if (value instanceof Unusable) return failed(hook, { ...value, latencyMs })
  if (value === null) return Object.freeze({ name, version, latencyMs, value, reason: 'declined' })
  return Object.freeze({ name, version, latencyMs, value })
}

const failed = ({ name, version }: RewardHook, { reason, detail, latencyMs }: Failure): Reward =>
  Object.freeze({ name, version, latencyMs, value: null, reason, detail: cut(detail, LONGEST_DETAIL) })

/** Characters of the detail of a null, which is recorded with its step. */
const LONGEST_DETAIL = 300

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
const turnContext = (
  call: HookContext,
  history: readonly Step[],
  { before, after }: GradeSource,
  groundTruth: TruthSource,
): TurnContext => ({
  history,
  options: call.options,
  get signal() {
    return call.signal
  },
  grades: after,
  gradesBefore: before,
  groundTruth,
})

const outcomeContext = (call: HookContext, grades: () => Grades, groundTruth: TruthSource): OutcomeContext => ({
  options: call.options,
  get signal() {
    return call.signal
  },
  grades,
  groundTruth,
})

const processContext = (call: HookContext, groupOf: GroupSource): ProcessContext => ({
  options: call.options,
  get signal() {
    return call.signal
  },
  groupOf,
})

const groupContext = (call: HookContext, groundTruth: TruthSource, linked: readonly Group[]): GroupContext => ({
  linked: () => linked.map(wholeGroup),
  options: call.options,
  get signal() {
    return call.signal
  },
  groundTruth,
})
