import { meanOf } from '../numbers.ts'

/** An outcome with what a judge says of the process. */
export interface JudgedProcess {
  readonly outcome: number
  readonly process: number
}

/** Constants of Trust-GRPO; in its release .3, 500, and .2. */
export interface TrustRule {
  readonly weight: number
  /** Training steps over which the weight falls to 1/e. */
  readonly time: number
  /** Outcomes below this are not judged, and count as 0. -Infinity judges all. */
  readonly judgedFrom: number
}

/** What Trust-GRPO makes of a group. */
export interface TrustedProcess {
  readonly rewards: readonly number[]
  /** Process scores that counted. */
  readonly process: readonly number[]
  /** Positions of the judged rows; none where all outcomes are high or all are low. */
  readonly judged: readonly number[]
  /** What its log calls gamma, which is not the weight that it uses. */
  readonly logged: number
}

const [RIGHT_FROM, ALL_HIGH, ALL_LOW] = [0.5, 0.9, 0.1]

/**
 * Trust-GRPO (SophiaVL-R1, arXiv 2505.17018; `verl/workers/reward/custom.py: CustomRewardManager`): outcome + d process
 * with d = weight exp(-step / time), times exp(right - wrong) where the mean process score of right rows is below that
 * of wrong ones: such a judge is not trusted. With outcomes of 0 and 1 and the release's `judgedFrom`, wrong rows are
 * never judged and the trust weight never acts.
 */
export function trustedProcess(group: readonly JudgedProcess[], step: number, rule: TrustRule): TrustedProcess {
  if (isUniform(group))
    return { rewards: group.map(({ outcome }) => outcome), process: group.map(() => 0), judged: [], logged: 0.5 }
  const process = group.map((row) => (row.outcome >= rule.judgedFrom ? row.process : 0))
  const right = process.filter((_, at) => (group[at]?.outcome ?? 0) >= RIGHT_FROM)
  const wrong = process.filter((_, at) => (group[at]?.outcome ?? 0) < RIGHT_FROM)
  const gap = meanOrZero(right) - meanOrZero(wrong)
  const trust = gap < 0 && right.length > 0 ? Math.exp(gap) : 1
  const factor = rule.weight * Math.exp(-step / rule.time) * trust
  return {
    rewards: group.map(({ outcome }, at) => outcome + factor * (process[at] ?? 0)),
    process,
    judged: group.flatMap(({ outcome }, at) => (outcome >= rule.judgedFrom ? [at] : [])),
    logged: gap < 0 ? Math.exp(2 * gap) : 1,
  }
}

const meanOrZero = (values: readonly number[]): number => (values.length === 0 ? 0 : meanOf(values))

const isUniform = (group: readonly JudgedProcess[]): boolean =>
  group.every(({ outcome }) => outcome >= ALL_HIGH) || group.every(({ outcome }) => outcome <= ALL_LOW)
