import type { RunAdvantages } from '../advantages.ts'
import type { Sequence } from '../sequences.ts'
import type { Survey } from '../survey.ts'
import type { Column } from './columns.ts'
import { rewardNamed } from './steps.ts'

/** A row per sequence of tokens. */
export const tokenColumns = (survey: Survey, { names }: RunAdvantages): readonly Column<Sequence>[] => [
  { name: 'trajectory', kind: 'text', value: ({ whole }) => whole.trajectory.id },
  { name: 'group', kind: 'text', value: ({ whole }) => whole.groupId },
  { name: 'sequence', kind: 'int32', value: ({ number }) => number },
  { name: 'promptTokenIds', kind: 'int32s', value: ({ promptTokenIds }) => promptTokenIds },
  { name: 'responseTokenIds', kind: 'int32s', value: ({ responseTokenIds }) => responseTokenIds },
  { name: 'responseMask', kind: 'int32s', value: ({ mask }) => mask },
  { name: 'logProbs', kind: 'doubles', value: ({ logProbs }) => logProbs },
  { name: 'stepOf', kind: 'int32s', value: ({ stepOf }) => stepOf },
  ...names.map(
    (name): Column<Sequence> => ({
      name: `advantages.${name}`,
      kind: 'doubles',
      value: ({ advantages }) => advantages[name] ?? null,
    }),
  ),
  ...survey.outcomes.map(
    (name): Column<Sequence> => ({
      name: `outcomes.${name}`,
      kind: 'double',
      value: ({ whole }) => rewardNamed(whole.trajectory.rewards, name),
    }),
  ),
  { name: 'environment', kind: 'text', value: ({ whole }) => whole.trajectory.environment },
  { name: 'task', kind: 'text', value: ({ whole }) => whole.trajectory.taskId },
  { name: 'seed', kind: 'uint64', value: ({ whole }) => BigInt(whole.trajectory.seed) },
  { name: 'ending', kind: 'text', value: ({ whole }) => whole.trajectory.ending },
]
