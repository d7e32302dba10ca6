import { Fields } from './fields.ts'
import type { LeftOut, Measures, MissingSignal, Subject } from './measures.ts'

/**
 * Trajectories whose first wrong step is the same by rollouts and by a judge, or that have none by either: consensus
 * filtering of The Lessons of Developing Process Reward Models (arXiv 2501.07301), which takes labels from Monte Carlo
 * rollouts only where a judge agrees. By rollouts a step is wrong where its rate is not above 0 (their hard labels), by
 * the judge where its label is below `least`. What comes after the first wrong step does not count, and may be null;
 * where a label before it is null, the trajectory cannot be judged and takes no part.
 */
export interface ConsensusFilter {
  readonly kind: 'consensus'
  /** Signal of steps: the share of rollouts from there that succeed, or labels made of it. */
  readonly rollouts: string
  /** Signal of steps: labels of the judge. */
  readonly judge: string
  /** Least label of a step that is right by the judge. @default 0.5 */
  readonly least?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseConsensus(path: string, json: unknown): ConsensusFilter {
  const fields = new Fields(path, json, ['kind', 'rollouts', 'judge', 'least'])
  return {
    kind: 'consensus',
    rollouts: fields.name('rollouts'),
    judge: fields.name('judge'),
    ...(fields.has('least') && { least: fields.number('least') }),
  }
}

/** Trajectories on which the two differ, and those that one of them does not judge, each with why. */
export function withoutConsensus(filter: ConsensusFilter, subjects: readonly Subject[]): LeftOut {
  const { rollouts, judge, least = 0.5 } = filter
  const reason: readonly MissingSignal[] = [{ signal: judge, index: null, reason: 'filtered' }]
  return new Map(
    subjects.flatMap((subject) => {
      const sampled = firstWrong(rollouts, subject.steps(rollouts), (rate) => rate <= 0)
      const judged = firstWrong(judge, subject.steps(judge), (label) => label < least)
      const missing = [...sampled.missing, ...judged.missing]
      if (missing.length > 0) return [[subject, missing] as const]
      return sampled.at === judged.at ? [] : [[subject, reason] as const]
    }),
  )
}

interface FirstWrong {
  /** Position of the step; -1 where all are right. */
  readonly at: number
  readonly missing: readonly MissingSignal[]
}

function firstWrong(signal: string, { values, missing }: Measures, isWrong: (value: number) => boolean): FirstWrong {
  if (values.length === 0) return { at: -1, missing: [{ signal, index: null, reason: 'no-steps' }] }
  const at = values.findIndex((value) => value === null || isWrong(value))
  return { at, missing: values[at] === null ? missing.slice(0, 1) : [] }
}
