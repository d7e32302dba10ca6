import { ExactSum } from '../../core/batch/index.ts'
import type { Step } from '../../core/data/types.ts'
import type { RunAdvantages } from '../advantages.ts'
import type { Survey } from '../survey.ts'
import type { Column } from './columns.ts'
import { batchColumns, creditColumns, rewardNamed, type StepRow, tokensOf } from './steps.ts'

/** Columns of a batch under the names that verl and verl-agent have for them. */
const VERL: Readonly<Record<string, string>> = {
  trajectory: 'traj_uid',
  group: 'uid',
  'anchors.text': 'anchor_obs',
  'signals.env': 'step_rewards',
  isActionValid: 'is_action_valid',
  logProbs: 'old_log_probs',
}

/**
 * A row per step under verl's names. What verl has no name for keeps that of a batch, so that every estimator computes
 * from the file what it computes from the run.
 */
export const verlColumns = (survey: Survey, credit: RunAdvantages): readonly Column<StepRow>[] => [
  ...batchColumns(survey).map((column) => ({ ...column, name: VERL[column.name] ?? column.name })),
  ...(survey.signals.includes('env') && !survey.outcomes.includes('env') ? [EPISODE_REWARDS] : []),
  ...(survey.hasTokens ? TOKENS : []),
  ...creditColumns(survey, credit),
]

const EPISODE_REWARDS: Column<StepRow> = {
  name: 'episode_rewards',
  kind: 'double',
  value: ({ whole }) => sumOf(whole.steps),
}

/** Null where a step was not judged: it is not 0. */
function sumOf(steps: readonly Step[]): number | null {
  const sum = new ExactSum()
  for (const { rewards } of steps) {
    const value = rewardNamed(rewards, 'env')
    if (value === null) return null
    sum.add(value)
  }
  return sum.value
}

const TOKENS: readonly Column<StepRow>[] = [
  { name: 'prompts', kind: 'int32s', value: ({ step }) => tokensOf(step)?.promptTokenIds ?? null },
  { name: 'responses', kind: 'int32s', value: ({ step }) => tokensOf(step)?.actionTokenIds ?? null },
  {
    name: 'response_mask',
    kind: 'int32s',
    value: ({ whole, step, at }) => tokensOf(step)?.actionTokenIds.map(() => (whole.learnt[at] ? 1 : 0)) ?? null,
  },
]
