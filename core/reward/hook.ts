import { GymError } from '../data/errors.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import { chosenOptions, type OptionRanges } from '../data/options.ts'
import { plainCopy, seal } from '../data/plain.ts'
import { shown } from '../data/shown.ts'
import type { Group, Json, JsonObject, ModelScores, Step, Trajectory } from '../data/types.ts'
import type { Grades } from '../episode/environment.ts'

/** A judgement: a finite number, or null where the hook declines to judge. */
export type Judgement = number | null

/** What every hook is given beside what it judges. */
export interface HookContext<Options = JsonObject> {
  readonly options: Options
  /** Aborted when the hook's time is up. */
  readonly signal: AbortSignal
}
interface TaskContext<Options> extends HookContext<Options> {
  /** The answers of the task, such as gold calls; null where the environment gives none. Agents never see them. */
  groundTruth(): Json
}
/** What a turn hook is given beside the step. */
export interface TurnContext<Options = JsonObject> extends TaskContext<Options> {
  /** Steps before this one, oldest first, with their rewards. */
  readonly history: readonly Step[]
  /** The environment's measures of the state that the step led to. */
  grades(): Grades
  gradesBefore(): Grades
}
/** What an outcome hook is given beside the trajectory. */
export interface OutcomeContext<Options = JsonObject> extends TaskContext<Options> {
  /** The environment's measures of the final state. */
  grades(): Grades
}
/** What a process hook is given beside its steps. */
export interface ProcessContext<Options = JsonObject> extends HookContext<Options> {
  /** Identifier of the group that a step of this call belongs to; null for an episode without a group. */
  groupOf(step: Step): string | null
}
/** What a group hook is given beside the group. */
export interface GroupContext<Options = JsonObject> extends TaskContext<Options> {
  /**
   * The groups of linked tasks, such as another phrasing of this one, whose episodes have all ended; they have no signals
   * of group hooks. None where no task is linked, and on a server.
   */
  linked(): readonly Group[]
}

/** Aligned with the steps given: one judgement each and, where the hook has them, one value a token of the action. */
export interface ProcessJudgements {
  readonly perStep: readonly Judgement[]
  readonly perToken?: readonly (readonly number[] | null)[]
  /** What each value was computed from, where a model gave it. */
  readonly models?: readonly (ModelScores | null)[]
  /** Why a step has null: a sentence for its record, null where there is nothing to say. */
  readonly declined?: readonly (string | null)[]
  /** What the judgement of each step goes by, for its record and for hooks that read it. */
  readonly notes?: readonly (JsonObject | null)[]
}
/** Aligned with the group's trajectories, or with their steps. */
export type GroupJudgements = GroupRemarks &
  ({ readonly perTrajectory: readonly Judgement[] } | { readonly perStep: readonly (readonly Judgement[])[] })
/** Aligned with the group's trajectories. */
interface GroupRemarks {
  /** Why a trajectory, or its steps, have null: a sentence for the record, null where there is nothing to say. */
  readonly declined?: readonly (string | null)[]
  /** What the judgement goes by; where steps are judged, the last one has it. */
  readonly notes?: readonly (JsonObject | null)[]
}

interface Named<Options> {
  /** Lower case with dashes; the name of the signal in every record. */
  readonly name: string
  /** Raised whenever the same input may give another value. */
  readonly version: number
  /** One sentence for listings. */
  readonly summary?: string
  /** Milliseconds until the value is given up as null. Cannot stop a hook that never returns to the event loop. @default 1000 */
  readonly timeoutMs?: number
  /** Options and their defaults: plain JSON, recorded with every run. */
  readonly options?: Options
  /** What numeric options may be. One without a range may be any finite number. */
  readonly ranges?: OptionRanges
}

/** Hook that judges each step before its reply. */
export interface TurnHook<Options = JsonObject> extends Named<Options> {
  readonly scope: 'turn'
  reward(step: Step, context: TurnContext<Options>): MaybePromise<Judgement>
}
/** Hook that judges a trajectory that terminated or truncated, never an aborted one. */
export interface OutcomeHook<Options = JsonObject> extends Named<Options> {
  readonly scope: 'outcome'
  reward(trajectory: Trajectory, context: OutcomeContext<Options>): MaybePromise<Judgement>
}
/** Hook that judges batches of finished steps with their evidence, late. */
export interface ProcessHook<Options = JsonObject> extends Named<Options> {
  readonly scope: 'process'
  /** Steps a call at most. */
  readonly maxBatch: number
  /** Calls at a time at most, on a server: more than one for a hook that waits for something, such as a pool of models. @default 1 */
  readonly inFlight?: number
  reward(steps: readonly Step[], context: ProcessContext<Options>): MaybePromise<ProcessJudgements>
  /**
   * Loads what the hook judges with, such as a model. `openHooks` calls it once.
   * @returns the hook that judges, whose options also say what was loaded
   */
  open?(options: Options): Promise<ProcessHook>
  /** Ends what the hook judges with: it judges no more. */
  close?(): Promise<void>
}
/** Hook that judges a group once it has closed. */
export interface GroupHook<Options = JsonObject> extends Named<Options> {
  readonly scope: 'group'
  reward(group: Group, context: GroupContext<Options>): MaybePromise<GroupJudgements>
  /**
   * Prepares what the hook judges with, such as an endpoint. `openHooks` calls it once.
   * @returns the hook that judges
   */
  open?(options: Options): Promise<GroupHook>
  /** Ends what the hook judges with: it judges no more. */
  close?(): Promise<void>
}

/** The environment's own reward has scope `env` and comes first in every vector; hooks have one of these four. */
export type RewardHook = TurnHook | OutcomeHook | ProcessHook | GroupHook

/**
 * Makes a reward hook. It may look at everything it is given and must not change it; what it throws, or does not
 * deliver in time, becomes a null with that reason and stops nothing.
 * @throws GymError HOOK_INVALID
 */
export function defineRewardHook<Options extends JsonObject = JsonObject>(hook: TurnHook<Options>): TurnHook
export function defineRewardHook<Options extends JsonObject = JsonObject>(hook: OutcomeHook<Options>): OutcomeHook
export function defineRewardHook<Options extends JsonObject = JsonObject>(hook: ProcessHook<Options>): ProcessHook
export function defineRewardHook<Options extends JsonObject = JsonObject>(hook: GroupHook<Options>): GroupHook
export function defineRewardHook(hook: RewardHook): RewardHook {
  expectHook(hook)
  return hook
}

function expectHook(hook: RewardHook): void {
  const fail = (what: string): never => {
    throw new GymError('HOOK_INVALID', `reward hook ${shown(hook.name)}: ${what}`)
  }
  if (typeof hook.name !== 'string' || !NAME.test(hook.name))
    fail('a name is lower case with dashes, such as step-cost')
  if (hook.name === 'env') fail("env is the environment's own reward")
  if (!Number.isInteger(hook.version) || hook.version < 1) fail('a version must be a whole number from 1')
  if (typeof hook.reward !== 'function') fail('it has no function reward')
  if (!['turn', 'outcome', 'process', 'group'].includes(hook.scope)) fail('a scope is turn, outcome, process or group')
  if (hook.scope === 'process' && !(Number.isInteger(hook.maxBatch) && hook.maxBatch >= 1))
    fail(`a process hook needs maxBatch, the most steps of one call: a whole number from 1, not ${hook.maxBatch}`)
  if (hook.scope === 'process' && !(Number.isInteger(hook.inFlight ?? 1) && (hook.inFlight ?? 1) >= 1))
    fail(`inFlight, the most calls at a time, is a whole number from 1, not ${hook.inFlight}`)
  if (hook.timeoutMs !== undefined && !(hook.timeoutMs > 0)) fail('timeoutMs is a number above 0')
  if (hook.options) seal(hook.options, optionsOf(hook))
}

const NAME = /^[a-z0-9][a-z0-9-]{0,99}$/
const optionsOf = ({ name }: RewardHook) =>
  ({ name: `options of ${name}`, code: 'HOOK_INVALID', hasMinusZero: true }) as const

/**
 * The same hook under other options.
 * @throws GymError CONFIG_INVALID for an option it does not have, of another kind than its default, or out of its range.
 */
export const withOptions = <Hook extends RewardHook>(hook: Hook, chosen: JsonObject): Hook => ({
  ...hook,
  options: chosenOptions(`reward hook ${hook.name}`, hook.options ?? {}, chosen, hook.ranges),
})

/** Hooks by scope, each name once. */
export interface HookSet {
  readonly turn: readonly TurnHook[]
  readonly outcome: readonly OutcomeHook[]
  readonly process: readonly ProcessHook[]
  readonly group: readonly GroupHook[]
}

/**
 * Hooks as they are now: what one changes of itself later (its name, version, options) changes nothing here.
 * @throws GymError HOOK_INVALID as `defineRewardHook`, and where two hooks share a name.
 */
export function hookSet(given: readonly RewardHook[]): HookSet {
  const hooks = given.map(frozenHook)
  const names = hooks.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new GymError('HOOK_INVALID', `two reward hooks are called ${twice}: signals need names of their own`)
  return {
    turn: hooks.filter((hook) => hook.scope === 'turn'),
    outcome: hooks.filter((hook) => hook.scope === 'outcome'),
    process: hooks.filter((hook) => hook.scope === 'process'),
    group: hooks.filter((hook) => hook.scope === 'group'),
  }
}

function frozenHook(hook: RewardHook): RewardHook {
  expectHook(hook)
  const { name, version, timeoutMs, options = {} } = hook
  const named = {
    name,
    version,
    options: plainCopy(options, optionsOf(hook)),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
  if (hook.scope === 'turn') return Object.freeze({ ...named, scope: hook.scope, reward: calling(hook) })
  if (hook.scope === 'outcome') return Object.freeze({ ...named, scope: hook.scope, reward: calling(hook) })
  const ends = hook.close && { close: () => hook.close?.() ?? Promise.resolve() }
  if (hook.scope === 'group') return Object.freeze({ ...named, scope: hook.scope, reward: calling(hook), ...ends })
  const { scope, maxBatch, inFlight = 1 } = hook
  return Object.freeze({ ...named, scope, maxBatch, inFlight, reward: calling(hook), ...ends })
}

/** The hook's function, with the hook as its `this`. */
const calling =
  <Given, Context, Result>(hook: { reward(given: Given, context: Context): Result }) =>
  (given: Given, context: Context): Result =>
    hook.reward(given, context)
