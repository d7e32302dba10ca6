import { canonicalJson } from '../../core/data/hash.ts'
import type { Evidence, Json, Reward, Step, TokenEvidence } from '../../core/data/types.ts'
import type { RunAdvantages, StepAdvantages } from '../advantages.ts'
import type { Survey } from '../survey.ts'
import type { Whole } from '../trajectories.ts'
import type { Column } from './columns.ts'

/** One step of a trajectory, with its place and its advantages. */
export interface StepRow {
  readonly whole: Whole
  readonly step: Step
  readonly at: number
  readonly advantages: Readonly<Record<string, StepAdvantages>>
}

/** A row per step of a trajectory. */
export function* stepRowsOf(whole: Whole, credit: RunAdvantages): Generator<StepRow, void> {
  const { trajectory, steps } = whole
  const advantages = Object.fromEntries(
    credit.names.map((name) => [name, credit.of(name, trajectory.id, steps.length)]),
  )
  for (const [at, step] of steps.entries()) yield { whole, step, at, advantages }
}

/** Columns of a batch (docs/batches.md), then what else a step has. */
export const stepColumns = (survey: Survey, credit: RunAdvantages): readonly Column<StepRow>[] => [
  ...batchColumns(survey),
  ...besideColumns(survey),
  ...creditColumns(survey, credit),
]

/** Those from which `stepgym credit --batch` computes what it computes from the run. */
export const batchColumns = (survey: Survey): readonly Column<StepRow>[] => [
  { name: 'trajectory', kind: 'text', value: ({ whole }) => whole.trajectory.id },
  { name: 'group', kind: 'text', value: ({ whole }) => whole.groupId },
  { name: 'step', kind: 'int32', value: ({ step }) => step.index },
  { name: 'action', kind: 'text', value: ({ step }) => actionText(survey, step.action) },
  { name: 'isActionValid', kind: 'flag', value: ({ step }) => step.isActionValid },
  { name: 'truncated', kind: 'flag', value: ({ whole }) => whole.trajectory.ending === 'truncated' },
  { name: 'lineage', kind: 'text', value: ({ whole, step }) => `${whole.trajectory.member}:${step.forkPath}` },
  ...survey.anchors.flatMap((name): readonly Column<StepRow>[] => [
    { name: `anchors.${name}`, kind: 'text', value: ({ step }) => step.anchors[name] ?? null },
    { name: `nextAnchors.${name}`, kind: 'text', value: ({ step }) => step.nextAnchors[name] ?? null },
  ]),
  ...survey.signals.map(
    (name): Column<StepRow> => ({
      name: `signals.${name}`,
      kind: 'double',
      value: ({ step }) => rewardNamed(step.rewards, name),
    }),
  ),
  ...survey.perToken.map(
    (name): Column<StepRow> => ({
      name: `perToken.${name}`,
      kind: 'doubles',
      value: ({ step }) => named(step.rewards, name)?.perToken ?? null,
    }),
  ),
  ...survey.outcomes.map(
    (name): Column<StepRow> => ({
      name: `outcomes.${name}`,
      kind: 'double',
      value: ({ whole }) => rewardNamed(whole.trajectory.rewards, name),
    }),
  ),
  ...(survey.hasEvidence ? [LOG_PROBS] : []),
]

const LOG_PROBS: Column<StepRow> = {
  name: 'logProbs',
  kind: 'doubles',
  value: ({ step: { evidence } }) => (evidence === undefined ? null : logProbsOf(evidence)),
}

/** A choice among listed actions counts as one token. */
const logProbsOf = (evidence: Evidence): readonly number[] =>
  evidence.kind === 'token' ? evidence.logProbs : [evidence.logProb]

/** What no estimator reads: readers of batches leave these columns out. */
const besideColumns = (survey: Survey): readonly Column<StepRow>[] => [
  { name: 'environment', kind: 'text', value: ({ whole }) => whole.trajectory.environment },
  { name: 'task', kind: 'text', value: ({ whole }) => whole.trajectory.taskId },
  { name: 'split', kind: 'text', value: ({ whole }) => whole.start.split },
  { name: 'seed', kind: 'uint64', value: ({ whole }) => BigInt(whole.trajectory.seed) },
  { name: 'member', kind: 'int32', value: ({ whole }) => whole.trajectory.member },
  { name: 'agent', kind: 'text', value: ({ whole }) => whole.start.agent },
  { name: 'takenIn', kind: 'text', value: ({ step }) => step.trajectoryId },
  { name: 'observation', kind: 'text', value: ({ step }) => step.observation },
  { name: 'nextObservation', kind: 'text', value: ({ step }) => step.nextObservation },
  { name: 'info', kind: 'text', value: ({ step }) => jsonOrNull(step.info) },
  { name: 'reasons', kind: 'text', value: ({ step }) => jsonOrNull(reasonsOf(step.rewards)) },
  { name: 'outcomeReasons', kind: 'text', value: ({ whole }) => jsonOrNull(reasonsOf(whole.trajectory.rewards)) },
  { name: 'ending', kind: 'text', value: ({ whole }) => whole.trajectory.ending },
  { name: 'endingReason', kind: 'text', value: ({ whole }) => whole.trajectory.endingReason },
  ...(survey.hasEvidence ? SAMPLING : []),
  ...(survey.hasTokens ? TOKENS : []),
]

const SAMPLING: readonly Column<StepRow>[] = [
  { name: 'policy', kind: 'text', value: ({ step }) => step.evidence?.policyId ?? null },
  { name: 'policyVersion', kind: 'text', value: ({ step }) => step.evidence?.policyVersion ?? null },
  { name: 'temperature', kind: 'double', value: ({ step }) => step.evidence?.temperature ?? null },
  { name: 'topP', kind: 'double', value: ({ step }) => step.evidence?.topP ?? null },
]

const TOKENS: readonly Column<StepRow>[] = [
  { name: 'promptTokenIds', kind: 'int32s', value: ({ step }) => tokensOf(step)?.promptTokenIds ?? null },
  { name: 'actionTokenIds', kind: 'int32s', value: ({ step }) => tokensOf(step)?.actionTokenIds ?? null },
  { name: 'finishReason', kind: 'text', value: ({ step }) => tokensOf(step)?.finishReason ?? null },
]

/** Evidence of a language model; undefined for other steps. */
export const tokensOf = ({ evidence }: Step): TokenEvidence | undefined =>
  evidence?.kind === 'token' ? evidence : undefined

export const creditColumns = ({ hasEvidence }: Survey, { names }: RunAdvantages): readonly Column<StepRow>[] =>
  names.flatMap((name): readonly Column<StepRow>[] => [
    { name: `advantages.${name}`, kind: 'double', value: ({ advantages, at }) => advantages[name]?.steps[at] ?? null },
    ...(hasEvidence ? [tokenAdvantages(name)] : []),
  ])

const tokenAdvantages = (name: string): Column<StepRow> => ({
  name: `tokenAdvantages.${name}`,
  kind: 'doubles',
  value: ({ advantages, at }) => advantages[name]?.tokens[at] ?? null,
})

/** Texts as they are where all actions of the run are texts, else JSON: equal texts, equal actions. */
export const actionText = ({ hasTextActions }: Survey, action: Json): string =>
  hasTextActions && typeof action === 'string' ? action : canonicalJson(action)

const named = (rewards: readonly Reward[], name: string): Reward | undefined =>
  rewards.find((reward) => reward.name === name)

export const rewardNamed = (rewards: readonly Reward[], name: string): number | null =>
  named(rewards, name)?.value ?? null

/** Why values are null, by name. */
export const reasonsOf = (rewards: readonly Reward[]): Readonly<Record<string, string>> =>
  Object.fromEntries(rewards.flatMap((each) => (each.value === null ? [[each.name, each.reason]] : [])))

const jsonOrNull = (value: Readonly<Record<string, Json>>): string | null =>
  Object.keys(value).length === 0 ? null : JSON.stringify(value)
