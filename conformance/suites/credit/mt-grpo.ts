import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import mtGrpo from '../../../rewards/advantage/mt-grpo.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32Fields, float32Noise, groupedBy, overDeviation, type Part } from './float32.ts'
import { ordered } from './steps.ts'

const FIELDS = ['turn_advantage', 'outcome_advantage', 'combined_advantage', 'advantages']

export const mtGrpoHandler = caseFileHandler('MT-GRPO', 'mt_grpo', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  checkAssigned(record.object('expected').only(FIELDS), record)
})

/** The same with a row a turn, where turns after the first are null. */
export const mtGrpoTurnsHandler = caseFileHandler('MT-GRPO over several turns', 'mtgrpo_turns', (record) => {
  record.only(CASE_FIELDS)
  const expected = record.object('expected').only([...FIELDS, 'steps'])
  const ours = { ...checkAssigned(expected, record), steps: stepAdvantages(record) }
  expected.expect('steps', ours.steps)
  const noise = noiseOf(record)
  expectFloat32Fields(
    record,
    Object.fromEntries(
      Object.entries(ours).map(([name, values]) => [name, { ours: values, noise: noise(name, values) }]),
    ),
  )
})

/** Noise of every number of a field: what all three comparisons of its trajectory make together. */
function noiseOf(record: VectorRecord): (name: string, values: readonly unknown[]) => readonly number[] {
  const [args, input] = [record.object('args'), record.object('input')]
  const [turn, outcome] = [input.numbers('turn_reward'), input.numbers('outcome_reward')]
  const rule = {
    groups: groupedBy(turn.map((_, row) => Math.floor(row / args.number('num_generations')))),
    scale: overDeviation(args.number('epsilon')),
  }
  const weight = Math.max(1, Math.abs(args.number('turn_advantage_coef')))
  const both = turn.map((value, row) => value + (outcome[row] ?? 0))
  const parts: readonly Part[] = [
    { ...rule, values: turn, weight },
    { ...rule, values: outcome },
    { ...rule, values: both },
  ]
  const noise = float32Noise(parts)
  const trajectories = input.object('steps').texts('trajectory')
  const rows = new Map([...new Set(trajectories)].map((each, row) => [each, noise[row] ?? 0]))
  return (name, values) =>
    name === 'steps'
      ? trajectories.map((each) => rows.get(each) ?? 0)
      : values.flatMap((value, row) => (Array.isArray(value) ? value.map(() => noise[row] ?? 0) : [noise[row] ?? 0]))
}

function stepAdvantages(record: VectorRecord): readonly number[] {
  const input = record.object('input').object('steps').only(['trajectory', 'group', 'turn', 'outcome'])
  const batch = parseBatch({
    trajectory: input.texts('trajectory'),
    group: input.texts('group'),
    signals: { turn: input.list('turn') },
    outcomes: { success: input.numbers('outcome') },
  })
  return computed(record, batch)
}

function computed(record: VectorRecord, batch: StepBatch, turnAdvantageCoef?: number): readonly number[] {
  const args = record.object('args').only(['num_generations', 'turn_advantage_coef', 'epsilon'])
  const coefficient = turnAdvantageCoef ?? args.number('turn_advantage_coef')
  const options = { mode: 'reference', turnAdvantageCoef: coefficient, epsilon: args.number('epsilon') }
  return ordered(batch, mtGrpo.compute(batch, options).advantages)
}

/** The estimator on trajectories of two turns, the first of which is rewarded, or of one: none else has both in one. */
function checkAssigned(expected: VectorRecord, record: VectorRecord) {
  const input = record.object('input')
  const [turn, outcome] = [input.numbers('turn_reward'), input.numbers('outcome_reward')]
  const size = record.object('args').number('num_generations')
  const segments = input.numbers('result_segment')
  const advantagesOf = (turns: (row: number) => number, coefficient?: number) => {
    const rows = turn.flatMap((_, row) => Array.from({ length: turns(row) }, (_unused, at) => ({ row, at })))
    const batch = parseBatch({
      trajectory: rows.map(({ row }) => `${row}`),
      group: rows.map(({ row }) => `${Math.floor(row / size)}`),
      signals: { turn: rows.map(({ row, at }) => (at === 0 ? turn[row] : null)) },
      outcomes: { success: rows.map(({ row }) => outcome[row]) },
    })
    const values = computed(record, batch, coefficient)
    return turn.map((_, own) => values.filter((_unused, at) => rows[at]?.row === own))
  }
  const [two, one] = [advantagesOf(() => 2, 1), advantagesOf(() => 1)]
  const assigned = advantagesOf((row) => ((segments[row] ?? -1) > 0 ? 2 : 1))
  const ours = {
    turn_advantage: two.map(([first = 0, second = 0]) => first - second),
    outcome_advantage: two.map(([, second = 0]) => second),
    combined_advantage: one.map(([only = 0]) => only),
    advantages: onTokens(input.matrix('completion_mask'), segments, assigned),
  }
  for (const [name, values] of Object.entries(ours)) expected.expect(name, values)
  return ours
}

/** The first turn's advantage is that of the model's tokens before the segment that holds the tool's result. */
function onTokens(
  masks: readonly (readonly number[])[],
  segments: readonly number[],
  assigned: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return masks.map((mask, row) => {
    const [first = 0, other = first] = assigned[row] ?? []
    let boundaries = 0
    return mask.map((own, at) => {
      if (at > 0 && own !== mask[at - 1]) boundaries += 1
      return own && boundaries < (segments[row] ?? -1) ? first : other
    })
  })
}
