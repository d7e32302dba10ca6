import { batchOfTrajectories } from '../core/batch/index.ts'
import { GymError } from '../core/data/errors.ts'
import type { Step, Trajectory } from '../core/data/types.ts'
import { inOrderOfMember } from '../records/member-order.ts'
import type { RunSource } from '../records/reader.ts'
import {
  advantageAt,
  assignCredit,
  type CreditRequest,
  type Shaping,
  tokenAdvantagesAt,
  withReason,
} from '../rewards/credit/index.ts'
import { type Curation, EVERYTHING } from '../rewards/shaping/curation.ts'

/** Advantages of the steps of one trajectory by one estimator, from its reset on. */
export interface StepAdvantages {
  readonly steps: readonly (number | null)[]
  /** One value per token of each action; null for a step without tokens or advantage. */
  readonly tokens: readonly (readonly number[] | null)[]
}

/** Advantages of every trajectory of a run. */
export interface RunAdvantages {
  /** Estimators, in the order they were asked for. */
  readonly names: readonly string[]
  /** Nulls for a trajectory that is no part of credit. */
  of(name: string, trajectoryId: string, length: number): StepAdvantages
}

export const NO_ADVANTAGES: RunAdvantages = {
  names: [],
  of: (_name, _id, length) => ({ steps: new Array(length).fill(null), tokens: new Array(length).fill(null) }),
}

/** Which advantages are asked for. */
export interface AdvantageSettings {
  readonly requests: readonly CreditRequest[]
  readonly shaping: Shaping | null
  /** Trajectories and steps that are learnt from. @default all */
  readonly curation?: Curation
  /** Called where an estimator has no advantages, which then are null. @default the reason is thrown */
  readonly onNoCredit?: (estimator: string, reason: string) => void
}

/**
 * Advantages as `stepgym credit` has them, to the last bit: what an estimator normalises over a batch, it normalises over
 * the run. Anchors, actions and rewards of all steps are held for it; observations and prompts are not.
 * @throws GymError the reason for which an estimator has none; CONFIG_INVALID, RECORD_CORRUPT, BATCH_INVALID
 */
export function advantagesOf(
  run: RunSource,
  { requests, shaping, curation = EVERYTHING, onNoCredit }: AdvantageSettings,
): RunAdvantages {
  if (requests.length === 0) return NO_ADVANTAGES
  const trajectories = inOrderOfMember(Array.from(run.trajectories(), ({ trajectory }) => lean(trajectory)))
  const batch = batchOfTrajectories(trajectories)
  const credits = new Map(
    assignCredit(batch, requests, shaping, curation)
      .map(withReason)
      .map(({ estimator, credit, reason }) => {
        if (credit === null && !onNoCredit)
          throw new GymError(reason.code, `${estimator} has no advantages: ${reason.message}`)
        if (credit === null) onNoCredit?.(estimator, reason.message)
        return [estimator, credit] as const
      }),
  )
  const positions = new Map(batch.trajectories.ids.map((id, at) => [id, at]))
  return {
    names: [...credits.keys()],
    of(name, trajectoryId, length) {
      const [credit, position] = [credits.get(name), positions.get(trajectoryId)]
      if (!credit || position === undefined) return NO_ADVANTAGES.of(name, trajectoryId, length)
      const first = batch.trajectories.starts[position] ?? 0
      const rows = Array.from({ length }, (_, at) => first + at)
      return {
        steps: rows.map((row) => advantageAt(credit, row)),
        tokens: rows.map((row) => tokenAdvantagesAt(batch, credit, row)),
      }
    },
  }
}

/** Without what no estimator reads, and takes most room. */
const lean = (trajectory: Trajectory): Trajectory => ({ ...trajectory, steps: trajectory.steps.map(leanStep) })

function leanStep({ evidence, ...step }: Step): Step {
  const bare = { ...step, observation: '', nextObservation: '', info: {}, effects: [] }
  if (evidence?.kind === 'token') return { ...bare, evidence: { ...evidence, promptTokenIds: [], actionTokenIds: [] } }
  return evidence ? { ...bare, evidence: { ...evidence, actions: [] } } : bare
}
