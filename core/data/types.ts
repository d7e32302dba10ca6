import type { Seed } from './rng.ts'

/** Values that survive the wire and the disk unchanged. */
export type Json = Primitive | readonly Json[] | JsonObject
/** JSON object. */
export type JsonObject = { readonly [key: string]: Json }
type Primitive = null | boolean | number | string

/** Deeply readonly: what an environment's functions see of its state. */
export type Immutable<T> = [Json] extends [T]
  ? T
  : T extends Primitive
    ? T
    : { readonly [K in keyof T]: Immutable<T[K]> }

/** Maps what JSON cannot carry to a sentence, so that the compiler's message ends in that sentence. */
export type Plain<T> = [Json] extends [T]
  ? T
  : T extends Primitive
    ? T
    : T extends (...args: never[]) => unknown
      ? 'a state is JSON: no function or method'
      : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Date | Promise<unknown> | ArrayBufferView
        ? 'a state is JSON: no Map, Set, Date, Promise or typed array'
        : T extends object
          ? { [K in keyof T]: Plain<T[K]> }
          : 'a state is JSON: no undefined, bigint or symbol'

/** Information that an agent may see about a step beside its observation. Never holds anything private. */
export type Info = JsonObject

/**
 * How an episode ended. `terminated`: by the rules. `truncated`: at a limit that belongs to the task (steps, tokens,
 * agent time); outcome hooks run. `aborted`: by the infrastructure (crash, lost socket, server stop); rewards stay
 * null and the trajectory never enters credit.
 */
export type Ending = 'terminated' | 'truncated' | 'aborted'

/** One thing to do in an environment, with what an agent may know of it and what it must not. */
export interface Task {
  /** Stable: the same task keeps its id in every run and process. */
  readonly id: string
  readonly split: string
  readonly public: Json
  /** Answers, hidden goals, graders' keys: never reaches an agent. */
  readonly private: Json
}

interface Sampling {
  readonly policyId: string
  readonly policyVersion: string
  readonly tokenizerId?: string
  readonly temperature: number
  readonly topP: number
}

/** The choice of a policy over listed actions. Log-probabilities are of the distribution sampled from. */
export interface CategoricalEvidence extends Sampling {
  readonly kind: 'categorical'
  readonly actions: readonly Json[]
  /** Position in `actions` of the one taken. */
  readonly index: number
  readonly logProb: number
  /** Aligned with `actions`. */
  readonly logProbs?: readonly number[]
}

/** The choice of a language model. `logProbs` is aligned with `actionTokenIds`, of the distribution sampled from. */
export interface TokenEvidence extends Sampling {
  readonly kind: 'token'
  readonly promptTokenIds: readonly number[]
  readonly actionTokenIds: readonly number[]
  readonly logProbs: readonly number[]
  readonly finishReason: string
}

/** What a trainer needs to know of the policy behind an action. */
export type Evidence = CategoricalEvidence | TokenEvidence

/**
 * Why a reward is null: the hook threw, took too long, returned no finite number, or declined to judge; the
 * environment did not judge the step; the episode was aborted before the hook could run.
 */
export type NullReason = 'threw' | 'lapsed' | 'not-finite' | 'declined' | 'not-judged' | 'aborted'

/** Log-probabilities that a process reward was computed from, each summed over the tokens of the action. */
export interface ModelScores {
  /** Weights of the reward model: their digest, or a name that changes with them. */
  readonly version: string
  readonly logProb: number
  /** Under the reference. */
  readonly referenceLogProb: number
}

interface Signal {
  /** The hook's name; `env` is the environment's own reward. */
  readonly name: string
  readonly version: number
  readonly latencyMs: number
  /** One value a token of the action, from process hooks that have them. */
  readonly perToken?: readonly number[]
  /** From process hooks that compare a model with a reference. */
  readonly model?: ModelScores
  /** What a late hook goes by, such as the replies of a judge: recorded, read by later hooks, and not sent to clients. */
  readonly note?: JsonObject
}

/** One signal of the reward vector. A value that was not computed is null with a reason, never zero. */
export type Reward =
  | (Signal & { readonly value: number })
  | (Signal & { readonly value: null; readonly reason: NullReason; readonly detail?: string })

/** The outside world's answer to one call of a step, kept so that replay need not ask again. */
export type Effect =
  | { readonly name: string; readonly input: Json; readonly output: Json }
  | { readonly name: string; readonly input: Json; readonly error: string }

/** What makes steps comparable, by name: `text` is the observation, `state` a fingerprint of the whole state. */
export type Anchors = Readonly<Record<string, string>>

/** Reason why an action could not be read: its code, and the sentence shown to the agent. */
export interface Refusal {
  readonly code: 'ACTION_INVALID' | 'ACTION_TOO_LARGE'
  readonly problem: string
}

/** One action as it was taken: with the start, moves determine the episode. */
export interface Move {
  readonly action: Json
  /** Fork path of the lineage that drew the step: a fork continues under another path than its past. */
  readonly forkPath: string
  readonly effects: readonly Effect[]
  /** Where the action could not be read. */
  readonly refused?: Refusal
}

/** One step of a trajectory: the action, what followed, and every reward. */
export interface Step extends Move {
  readonly trajectoryId: string
  /** Counts from 0. */
  readonly index: number
  /** What the agent acted on. */
  readonly observation: string
  readonly anchors: Anchors
  /** False where the action could not be read or did nothing by the rules; `info.problem` says why. */
  readonly isActionValid: boolean
  readonly nextObservation: string
  readonly nextAnchors: Anchors
  /** The environment's own reward first, then the turn hooks in order; process rewards follow late. */
  readonly rewards: readonly Reward[]
  readonly terminated: boolean
  readonly truncated: boolean
  readonly info: Info
  readonly evidence?: Evidence
}

/** Origin of an episode: with these, the environment and its resources, every draw is determined. */
export interface Origin {
  readonly environment: string
  readonly taskId: string
  readonly seed: Seed
  /** Position within its group: members share their start and differ in their random streams. */
  readonly member: number
  /** Path of forks that led here, '' for none. */
  readonly forkPath: string
}

/** Point at which a trajectory parts from another: it shares the steps before `index` and does not repeat them. */
export interface ForkPoint {
  readonly trajectoryId: string
  /** Zero-based index of its own first step. */
  readonly index: number
}

/** Record of one episode: its steps, rewards and ending. */
export interface Trajectory extends Origin {
  readonly id: string
  readonly groupId: string | null
  /** Left out where it began with a reset. `Branches` has the whole of a trajectory that was forked. */
  readonly forkedFrom?: ForkPoint
  readonly steps: readonly Step[]
  readonly ending: Ending
  /** What ended it, where that was not the rules: a limit, a failure. */
  readonly endingReason: string | null
  /** Signals about the whole trajectory: outcome hooks in order, then group hooks. */
  readonly rewards: readonly Reward[]
}

/** How the trajectories of a group were sampled, where they form a tree. */
export interface SamplingNote {
  readonly mode: string
  readonly options: JsonObject
  /** Environment steps that the group was allowed; null for any number. */
  readonly budget: number | null
  /** Those that were taken: each is recorded once, in one trajectory. */
  readonly steps: number
  /** Identifier of the trajectory that sampling chose; null where it chose none. */
  readonly chosenId: string | null
}

/** Trajectories of one task from one initial state. */
export interface Group {
  readonly id: string
  readonly environment: string
  readonly taskId: string
  /** Keyed digest of the state that every member started from. */
  readonly startTag: string
  /** Those that terminated or truncated, in order of member. */
  readonly trajectories: readonly Trajectory[]
  /** Those that were aborted: recorded, and never part of credit. */
  readonly aborted: readonly Trajectory[]
  readonly sampling?: SamplingNote
}
