import { GymError } from '../data/errors.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import type { OptionRanges } from '../data/options.ts'
import type { Rng } from '../data/rng.ts'
import { shown } from '../data/shown.ts'
import type { Immutable, Info, Json, JsonObject, Plain } from '../data/types.ts'
import { type ActionOf, type ActionParser, type Problem, parserOf, schemaOf } from './action.ts'
import type { CallEffect } from './effects.ts'
import type { Site } from './site.ts'
import type { TaskDraft, TaskSplits } from './tasks.ts'
import type { ToolInterface } from './tool-interface.ts'

/** What `reset` and `step` may use beside state and action. */
export interface Context<Resources = unknown, Live = unknown> {
  /** A stream of this step; the reset's is shared by the members of a group. */
  readonly rng: Rng
  /** Everything outside goes through here, so that replay need not ask again. */
  readonly effect: CallEffect
  /** Aborted when the step's time is up or the episode is cancelled. */
  readonly signal: AbortSignal
  /** Opened once a server, shared by all episodes, immutable. */
  readonly resources: Resources
  /** Opened once an episode (`open`), never part of the state. Use it inside `effect` only: replay has none. */
  readonly live: Live
}
/** What `reset` is given. */
export interface ResetContext<Task, Resources = unknown, Live = unknown> extends Context<Resources, Live> {
  readonly task: Task
}
/** What a view is given beside the state. */
export interface ViewContext<Resources = unknown> {
  readonly resources: Resources
}

/** What an environment's own solver may use beside the state. */
export interface ExpertContext<Resources = unknown> {
  readonly resources: Resources
  /** A stream of the agent that asks. */
  readonly rng: Rng
  /** Actions taken before in this episode. */
  readonly turn: number
  /** Probability, from 0 to 1, that an action is not the solver's best: so that groups have spread. */
  readonly noise: number
}

/** Result of an environment step: next state, reward, ending. */
export interface Transition<State> {
  readonly state: State
  /** The environment's own reward; null says that this step was not judged, which is not 0. */
  readonly reward: number | null
  readonly terminated: boolean
  /** Where the environment has a limit of its own beside `maxSteps`. */
  readonly truncated?: boolean
  /** False where the action was readable but did nothing by the rules. @default true */
  readonly isActionValid?: boolean
  /** Public: an agent may see it. */
  readonly info?: Info
}

/** A view of one state. It reads the state and immutable resources, nothing else. Bivariant, as `Dynamics` says. */
export type View<State, Resources> = { show(state: State, context: ViewContext<Resources>): string }['show']
/** Views of a state by name; `text` is the observation. */
export interface Views<State, Resources> {
  /** What agents act on; the default anchor. */
  readonly text: View<State, Resources>
  readonly [mode: string]: View<State, Resources>
}

/** Measures of a state for reward hooks, null where there is nothing to measure. Trainers only. */
export type Grades = Readonly<Record<string, number | null>>

/**
 * Written as methods: their bivariance lets `Environment<Cart>` stand where a registry wants `Environment`, without
 * a cast.
 */
interface Dynamics<Start, State, Action, Draft extends TaskDraft, Options, Resources, Live> {
  /** `name@version`: a change of rewards, observations or tasks raises the version. */
  readonly id: `${string}@${number}`
  /** One sentence for listings. */
  readonly summary?: string
  /** Steps after which an episode is truncated. */
  readonly maxSteps: number
  /** The same where options have a say in it: goes before `maxSteps`. A whole number from 1. */
  limit?(context: ViewContext<Resources>): number
  /** Whether steps are asynchronous, where options have a say in it: goes before `kind`. */
  kindOf?(context: ViewContext<Resources>): 'sync' | 'async'
  /** Whether and how it can be forked, where what it is opened with has a say in it: goes before `fork`. */
  forkOf?(context: ViewContext<Resources>): ForkKind
  /** What numeric options may be. One without a range may be any finite number, from a record too. */
  readonly ranges?: OptionRanges
  /** Opened once a server. `options` are the environment's own, merged with what the user set. */
  resources?(context: { readonly options: Options }): MaybePromise<Resources>
  /** Digest of what the resources were made from, where the options alone do not say. */
  digest?(resources: Resources): string
  /** Programs that run beside stepgym for it, and their versions: recorded with every run, and no part of its world. */
  software?(context: ViewContext<Resources>): MaybePromise<JsonObject>
  tasks?(context: ViewContext<Resources>): TaskSplits<Draft>
  /** Opens what one episode drives outside (page, interpreter, connection). */
  open?(context: ViewContext<Resources>): MaybePromise<Live>
  close?(live: Live): MaybePromise<void>
  reset(context: ResetContext<Draft, Resources, Live>): MaybePromise<Start>
  step(state: State, action: Action, context: Context<Resources, Live>): MaybePromise<Transition<State>>
  /** The state after an action that could not be read, so that the agent can see why. Default: unchanged. */
  invalid?(state: State, message: string): State
  /**
   * The state after the step that reaches the limit of steps or tokens without ending the episode, also where its action could not
   * be read: for what an ending needs, such as tests that decide. Its effects are those of that step.
   */
  atLimit?(state: State, context: Context<Resources, Live>): MaybePromise<State>
  readonly observe: Views<State, Resources>
  /** A key that equal views share; lets revisited pages be rendered once. Default: the state's identity. */
  viewKey?(state: State): string
  /** Beside the defaults `text` (the observation) and `state` (a fingerprint); may replace `state`. */
  readonly anchors?: Readonly<Record<string, View<State, Resources>>>
  /** Admissible actions, where they can be listed; null where those of this state cannot. */
  actions?(state: State, context: ViewContext<Resources>): readonly Json[] | null
  /** Actions that every start takes, to begin with; for checks, needed where actions cannot be listed. */
  readonly examples?: readonly Json[]
  grades?(state: State, context: ViewContext<Resources>): Grades
  /**
   * What a task's answers are, for reward hooks that compare with them: gold calls, a reference answer. Trainers only.
   * An environment of tool calls gives `{ calls: [{ name, arguments }] }`, in their order.
   */
  groundTruth?(task: Draft, context: ViewContext<Resources>): Json
  /** Action of a solver that sees the hidden state: for agents that are marked as privileged, in process only. */
  expert?(state: State, context: ExpertContext<Resources>): Json
  /** The actions as tools, for clients of the Model Context Protocol. Default: one tool, `act`. */
  readonly tools?: ToolInterface<State, Resources>
  /**
   * The environment with what only its operator may set, such as commands to run and secrets: it comes from the
   * configuration of a command, never from a record or a client, and is not recorded.
   * @throws GymError CONFIG_INVALID
   */
  configured?(settings: JsonObject): Environment
  /** What an agent may see of the state itself. Default: nothing. */
  publicState?(state: State): JsonObject
  /** The environment as web pages, for a person to play. Default: none. */
  readonly site?: Site<State, Resources>
}

/** Whether `fork` copies the state, must drive an outside session again, or cannot be had. */
export type ForkKind = 'value' | 'replay' | 'none'

/**
 * What an author writes. The state is plain, immutable JSON; what is big and shared is a resource. Keep the order
 * `options`, `action`, `resources`, `tasks`, `open`, `reset`, `step`: inference reads downwards.
 */
export interface EnvironmentSpec<
  State extends object,
  Action,
  Draft extends TaskDraft,
  Options extends JsonObject,
  Resources,
  Live,
> extends Dynamics<
    State & NoInfer<Plain<State>>,
    Immutable<NoInfer<State>>,
    NoInfer<ActionOf<Action>>,
    Draft,
    Options,
    Resources,
    Live
  > {
  /** `sync` environments never touch a promise in reset and step. @default 'sync' */
  readonly kind?: 'sync' | 'async'
  /** Options and their defaults: plain JSON, recorded with every run. */
  readonly options?: Options
  readonly action: ActionParser<Action>
  /** Reward of an action that could not be read. @default 0: it was judged, and earned nothing */
  readonly invalidReward?: number | null
  /** @default 'value', or 'replay' where there is an `open` */
  readonly fork?: ForkKind
}

/** What kernel, server and tests hold. */
export interface Environment<
  State extends object = object,
  Action = unknown,
  Draft extends TaskDraft = TaskDraft,
  Options extends JsonObject = JsonObject,
  Resources = unknown,
  Live = unknown,
> extends Dynamics<State, State, Action, Draft, Options, Resources, Live> {
  readonly kind: 'sync' | 'async'
  readonly options: Options
  readonly actionSchema: unknown
  readonly invalidReward: number | null
  readonly fork: ForkKind
  parse(raw: Json): Action | Problem
}

/**
 * Makes an environment of its parts.
 * @throws GymError ENV_INVALID where the parts contradict each other.
 */
export function defineEnvironment<
  State extends object,
  Action,
  Draft extends TaskDraft = TaskDraft,
  Options extends JsonObject = JsonObject,
  Resources = undefined,
  Live = undefined,
>(
  spec: EnvironmentSpec<State, Action, Draft, Options, Resources, Live>,
): Environment<Immutable<State>, ActionOf<Action>, Draft, Options, Resources, Live> {
  const { action, kind = 'sync', invalidReward = 0, options = {}, ...dynamics } = spec
  const fork = spec.fork ?? (spec.open ? 'replay' : 'value')
  expectConsistent(spec.id, spec.maxSteps, spec.open !== undefined, fork, kind)
  expectFunctions(spec.id, { reset: spec.reset, step: spec.step, 'observe.text': viewOf(spec.observe) })
  const own = { kind, options, invalidReward, fork, parse: parserOf(action), actionSchema: schemaOf(action) }
  // The one cast: `Plain<State>` has no say any more once the compiler accepted `reset`.
  return { ...dynamics, ...own } as Environment<Immutable<State>, ActionOf<Action>, Draft, Options, Resources, Live>
}

function expectConsistent(id: string, maxSteps: number, isDriven: boolean, fork: ForkKind, kind: string): void {
  const fail = (what: string): never => {
    throw new GymError('ENV_INVALID', `environment ${shown(id)}: ${what}`)
  }
  if (!/^[a-z0-9][a-z0-9-]*@\d+$/.test(id)) fail('an id is name@version, such as my-env@1')
  if (!Number.isInteger(maxSteps) || maxSteps < 1) fail(`maxSteps must be a whole number from 1, not ${maxSteps}`)
  if (isDriven && fork === 'value') fail("what `open` opens is outside the state: fork is 'replay' or 'none'")
  if (isDriven && kind === 'sync') fail("an environment with `open` is of kind 'async'")
}

/** For authors without a type checker. */
function expectFunctions(id: string, parts: Readonly<Record<string, unknown>>): void {
  for (const [name, part] of Object.entries(parts))
    if (typeof part !== 'function') throw new GymError('ENV_INVALID', `environment ${id} has no function ${name}`)
}

const viewOf = (observe: { readonly text: unknown } | undefined): unknown => observe?.text
