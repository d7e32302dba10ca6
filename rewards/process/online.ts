import { GymError } from '../../core/data/errors.ts'
import type { Group, JsonObject } from '../../core/data/types.ts'
import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import { judgeSteps } from '../../core/rollout/late-rewards.ts'
import { openParts } from '../../models/runtime/opening.ts'
import { openScorer } from '../../models/scoring/scorer.ts'
import { beginning, type Progress } from '../../models/training/progress.ts'
import { TRAINER_DEFAULTS } from '../../models/training/settings.ts'
import { openTrainer, type Trainer } from '../../models/training/trainer.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { signalNamed } from '../signals.ts'
import { lagWarning } from './diagnostics.ts'
import { implicitHook } from './implicit.ts'
import { type HeldOut, heldOut, type Learning, learn, type StepTruth } from './learning.ts'
import { measured } from './measured.ts'
import { type OnlineRewardSettings, optionsOf, type ReferenceRule, withDefaults } from './online-settings.ts'
import { samplesOf, successOf } from './samples.ts'
import { SharedScorer, type Version, Versions } from './versions.ts'

/** Beginning of a reward model: weights, or what it had learnt when it was saved. */
export type OnlineStart = Weights | OnlineState

/** All that a reward model has learnt: another one continues from it exactly. */
export interface OnlineState {
  readonly progress: Progress
  /** Weights of the reference; null for the behaviour. */
  readonly reference: Weights | null
  /** Calls of `update` that changed the weights. */
  readonly updates: number
  /** Held-out pair accuracy of every call of `update`, oldest first; null for one without a pair. */
  readonly accuracies: readonly (number | null)[]
}

/** What is said to an update beside its groups. */
export interface UpdateRequest {
  /** True value of a step, such as the fork oracle's, to compare rewards with; null where it is unknown. */
  readonly truth?: StepTruth
}

/** What one update did. */
export interface OnlineUpdate extends Learning {
  /** The model before it learnt, on the groups of this update. */
  readonly heldOut: HeldOut
  /** Advice to stop, where the model has ordered pairs wrongly for several updates; null where all is well. */
  readonly warning: string | null
  /** Version that judges groups from now on. */
  readonly version: string
  /** Version that was measured, before it learnt. */
  readonly measuredVersion: string
  /** Steps that the model cannot read: they are left out. */
  readonly unreadSteps: number
  /** Trajectories whose outcome is unknown: they are left out. */
  readonly unknownOutcomes: number
}

/** Groups with the model's rewards, and what learning from them did. */
export interface Judged {
  readonly groups: readonly Group[]
  readonly update: OnlineUpdate
}

/** Implicit process reward whose model learns from the outcomes of the groups that it judges. */
export interface OnlineReward {
  /** Process hook for `hookSet`. All steps of a group are judged by one version, whatever is updated meanwhile. */
  readonly hook: ProcessHook
  /** Version that groups are bound to when their first step is judged: a digest of its weights. */
  readonly version: string
  /**
   * Measures the model on groups that it has not learnt from, then learns from them. Updates run one after the other.
   * @throws GymError MODEL_FAILED where the device fails; MODEL_INVALID for a model that is closed.
   */
  update(groups: readonly Group[], request?: UpdateRequest): Promise<OnlineUpdate>
  /**
   * Judges groups and learns from them. `after`: rewards are those of the weights before the update, and groups that the
   * hook has judged stay as they are. `before`: those of the weights after it.
   * @throws GymError as `update`; CONFIG_INVALID for `before` with groups that the hook has judged.
   */
  judge(groups: readonly Group[], order: 'before' | 'after', request?: UpdateRequest): Promise<Judged>
  state(): Promise<OnlineState>
  /** Settings that a state depends on. */
  readonly options: JsonObject
  /** Waits for updates and batches in progress; the runtime stays open. */
  close(): Promise<void>
}

/**
 * Opens a reward model that learns online (OPRL, arXiv 2509.19199, algorithm 1; PRIME, arXiv 2502.01456, algorithm 1).
 * @throws GymError CONFIG_INVALID for settings that cannot be used, MODEL_INVALID for weights that do not fit.
 */
export async function openOnlineReward<Action>(
  settings: OnlineRewardSettings<Action>,
  start: OnlineStart,
): Promise<OnlineReward> {
  const options = optionsOf(settings)
  const state = stateOf(start, settings.reference)
  return openParts(async (keep) => {
    const trainer = keep(await openTrainer(settings.runtime, settings.network, state.progress, settings), closeOf)
    const model = new SharedScorer(keep(await trainer.scorer(settings.limits), closeOf))
    const reference = await firstReference(settings, state, model)
    if (reference !== 'behaviour' && reference !== model) keep(reference.scorer, closeOf)
    return new OnlineModel({ settings, options, trainer, parts: { model, reference }, state })
  })
}

const closeOf = (part: { close(): Promise<void> }): Promise<void> => part.close()

/** Weights to begin with are the first reference, where there is one. */
function stateOf(start: OnlineStart, reference: ReferenceRule): OnlineState {
  if (isState(start)) return start
  return { progress: beginning(start), reference: reference === 'behaviour' ? null : start, updates: 0, accuracies: [] }
}

/** Whether it is a state, whose `updates` is a number, and not weights. */
const isState = (start: OnlineStart): start is OnlineState => typeof start.updates === 'number'

type Parts<Action> = Omit<Version<Action>, 'hook'>

async function firstReference<Action>(
  { runtime, network, limits }: OnlineRewardSettings<Action>,
  { reference }: OnlineState,
  model: SharedScorer<Action>,
): Promise<Parts<Action>['reference']> {
  if (reference === null) return 'behaviour'
  const scorer = await openScorer(runtime, network, reference, limits)
  if (scorer.version !== model.scorer.version) return new SharedScorer(scorer)
  await scorer.close()
  return model
}

interface Opened<Action> {
  readonly settings: OnlineRewardSettings<Action>
  readonly options: JsonObject
  readonly trainer: Trainer<Action>
  readonly parts: Parts<Action>
  readonly state: OnlineState
}

class OnlineModel<Action> implements OnlineReward {
  readonly hook: ProcessHook
  readonly options: JsonObject
  readonly #settings: ReturnType<typeof withDefaults<Action>>
  readonly #trainer: Trainer<Action>
  readonly #versions: Versions<Action>
  /** The rest of what it has learnt; the weights are on the device. */
  #learnt: Omit<OnlineState, 'progress'>
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor({ settings, options, trainer, parts, state }: Opened<Action>) {
    this.#settings = withDefaults(settings)
    this.options = options
    this.#trainer = trainer
    this.#learnt = state
    this.#versions = new Versions(this.#versionOf(parts), this.#settings.keptVersions)
    this.hook = this.#hookOf(parts.model.scorer.version)
  }

  get version(): string {
    return this.#versions.current.model.scorer.version
  }

  update(groups: readonly Group[], request: UpdateRequest = {}): Promise<OnlineUpdate> {
    return this.#inTurn(() => this.#update(groups, request))
  }

  async judge(groups: readonly Group[], order: 'before' | 'after', request: UpdateRequest = {}): Promise<Judged> {
    const { name } = this.hook
    if (order === 'after') {
      const judged = await this.#judged(groups)
      return { groups: judged, update: await this.update(judged, request) }
    }
    if (groups.some((group) => hasSignal(group, name)))
      throw new GymError(
        'CONFIG_INVALID',
        `${name} has judged these groups before the update: leave its hook out of the rollout`,
      )
    const update = await this.update(groups, request)
    return { groups: await this.#judged(groups), update }
  }

  state(): Promise<OnlineState> {
    return this.#inTurn(async () => ({ ...this.#learnt, progress: await this.#trainer.progress() }))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
    await this.#versions.close()
    await this.#trainer.close()
  }

  /** One after the other, also after one that failed. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#isClosed) throw new GymError('MODEL_INVALID', 'the reward model is closed')
      return work()
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  #update(groups: readonly Group[], { truth }: UpdateRequest): Promise<OnlineUpdate> {
    return this.#versions.use(async (version) => {
      const { settings, samples } = { settings: this.#settings, samples: this.#samplesOf(groups) }
      const scored = await measured(samples, version, settings.beta ?? TRAINER_DEFAULTS.beta)
      const before = heldOut(scored, settings.loss, truth)
      const next = await this.#nextReference(version)
      this.#learnt = { ...this.#learnt, accuracies: [...this.#learnt.accuracies, before.pairAccuracy] }
      const learning = await this.#learn(scored, next)
      const { unreadSteps, unknownOutcomes } = samples
      const versions = { version: this.version, measuredVersion: version.model.scorer.version }
      return {
        ...learning,
        ...versions,
        heldOut: before,
        warning: lagWarning(this.#learnt.accuracies),
        unreadSteps,
        unknownOutcomes,
      }
    })
  }

  /** What was learnt before a failure stays, as a version of its own. */
  async #learn(scored: Parameters<typeof learn<Action>>[1], next: NextReference<Action>): Promise<Learning> {
    const { steps } = this.#trainer
    try {
      return await learn(this.#trainer, scored, this.#settings)
    } finally {
      if (this.#trainer.steps > steps) await this.#advance(next)
    }
  }

  #samplesOf(groups: readonly Group[]) {
    const { network, reader, isSuccess = successOf } = this.#settings
    return samplesOf(groups, reader, isSuccess, network)
  }

  /** The reference after this update: the model as it is, where it is time to move. */
  async #nextReference({ model, reference }: Version<Action>): Promise<NextReference<Action>> {
    const { reference: rule } = this.#settings
    const isDue = typeof rule === 'object' && (this.#learnt.updates + 1) % rule.everyUpdates === 0
    return isDue
      ? { reference: model, weights: await this.#trainer.weights() }
      : { reference, weights: this.#learnt.reference }
  }

  /** The new weights and their reference replace the old ones at once. */
  async #advance({ reference, weights }: NextReference<Action>): Promise<void> {
    const model = new SharedScorer(await this.#trainer.scorer(this.#settings.limits))
    this.#learnt = { ...this.#learnt, reference: weights, updates: this.#learnt.updates + 1 }
    this.#versions.advance(this.#versionOf({ model, reference }))
  }

  #versionOf(parts: Parts<Action>): Version<Action> {
    const { reader, name, beta, maxBatch } = this.#settings
    const reference = parts.reference === 'behaviour' ? parts.reference : parts.reference.scorer
    const settings = {
      ...(name !== undefined && { name }),
      ...(beta !== undefined && { beta }),
      ...(maxBatch !== undefined && { maxBatch }),
    }
    return { ...parts, hook: implicitHook({ scorer: parts.model.scorer, reference, ...settings }, reader) }
  }

  #hookOf(model: string): ProcessHook {
    const { name = 'implicit', maxBatch = 256, timeoutMs = 60_000 } = this.#settings
    return defineRewardHook({
      name,
      version: 1,
      scope: 'process',
      summary: 'how much likelier a reward model that learns from outcomes makes the action than its reference does',
      maxBatch,
      timeoutMs,
      options: { ...this.options, model },
      reward: (steps, context) => this.#versions.judge(steps, context),
    })
  }

  /** Groups with the model's rewards; those that have them stay as they are. */
  #judged(groups: readonly Group[]): Promise<readonly Group[]> {
    return Promise.all(
      groups.map(async (group) => {
        if (hasSignal(group, this.hook.name)) return group
        return { ...group, trajectories: await judgeSteps([this.hook], group.trajectories, () => {}) }
      }),
    )
  }
}

interface NextReference<Action> {
  readonly reference: Version<Action>['reference']
  readonly weights: Weights | null
}

const hasSignal = ({ trajectories }: Group, name: string): boolean =>
  trajectories.some(({ steps }) => steps.some(({ rewards }) => signalNamed(rewards, name) !== undefined))
