import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Network } from '../../models/networks/network.ts'
import type { Runtime } from '../../models/runtime/runtime.ts'
import type { ScorerLimits } from '../../models/scoring/batch-scorer.ts'
import { TRAINER_DEFAULTS, type TrainerSettings } from '../../models/training/settings.ts'
import type { Loss } from './learning.ts'
import type { SuccessOf } from './samples.ts'
import type { StepReader } from './step-reader.ts'

/**
 * What a reward model is compared with. `behaviour`: the policy that acted, by its recorded log-probabilities (OPRL).
 * `frozen`: the model's first weights (PRIME). `everyUpdates: N`: at every N-th update, the weights that the model had
 * before it (PRIME with a moving reference).
 */
export type ReferenceRule = 'behaviour' | 'frozen' | { readonly everyUpdates: number }

/** Settings of a reward model that learns while a policy is trained. */
export interface OnlineRewardSettings<Action> extends TrainerSettings {
  readonly runtime: Pick<Runtime, 'load' | 'store'>
  readonly network: Network<Action>
  readonly reader: StepReader<Action>
  /**
   * `preference`: all pairs of a success and a failure of a group, each trajectory by the mean of its steps (OPRL).
   * `cross-entropy`: the outcome of each trajectory, by the sum of its steps (PRIME).
   */
  readonly loss: Loss
  readonly reference: ReferenceRule
  /** Steps of AdamW over the groups of one update, which are dealt among them; from 1. @default 1 */
  readonly minibatches?: number
  /** Times that an update goes over its groups; from 1. @default 1 */
  readonly epochs?: number
  /** Versions that are kept for groups that are still judged; from 1. @default 4 */
  readonly keptVersions?: number
  /** Name of the signal. @default 'implicit' */
  readonly name?: string
  /** Most steps of one call of the hook. @default 256 */
  readonly maxBatch?: number
  /** Milliseconds until a batch is given up. @default 60000 */
  readonly timeoutMs?: number
  readonly limits?: Partial<ScorerLimits>
  /** Outcome of a trajectory; null leaves it out. @default the signal `success` above 0 */
  readonly isSuccess?: SuccessOf
}

/** Settings with their defaults. @throws GymError CONFIG_INVALID for one that cannot be used */
export function withDefaults<Action>(settings: OnlineRewardSettings<Action>) {
  const all = { minibatches: 1, epochs: 1, keptVersions: 4, ...settings }
  for (const name of ['minibatches', 'epochs', 'keptVersions'] as const) expectCount(name, all[name])
  if (!LOSSES.includes(all.loss)) throw invalid('loss', LOSSES.join(' or '), all.loss)
  if (typeof all.reference === 'object') expectCount('reference.everyUpdates', all.reference.everyUpdates)
  else if (!REFERENCES.includes(all.reference))
    throw invalid('reference', 'behaviour, frozen or { everyUpdates: N }', all.reference)
  return all
}

const LOSSES: readonly Loss[] = ['preference', 'cross-entropy']
const REFERENCES: readonly ReferenceRule[] = ['behaviour', 'frozen']

function expectCount(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) throw invalid(name, 'a whole number from 1', value)
}

const invalid = (name: string, expected: string, given: unknown): GymError =>
  new GymError('CONFIG_INVALID', `online reward: ${name} is ${expected}, not ${shown(given)}`)

/** Settings that what is learnt depends on: a checkpoint of others is refused. */
export function optionsOf<Action>(settings: OnlineRewardSettings<Action>): JsonObject {
  const { network, reader, loss, reference, minibatches, epochs } = withDefaults(settings)
  const names = Object.keys(TRAINER_DEFAULTS) as (keyof TrainerSettings)[]
  const training = Object.fromEntries(names.map((name) => [name, settings[name] ?? TRAINER_DEFAULTS[name]]))
  const rule = typeof reference === 'object' ? { everyUpdates: reference.everyUpdates } : reference
  return { network: network.architecture, reads: reader.name, loss, reference: rule, minibatches, epochs, ...training }
}
