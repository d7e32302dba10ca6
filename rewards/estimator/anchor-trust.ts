import { blendReturns } from './blended-returns.ts'
import type { GroupSteps } from './group-steps.ts'
import { settled } from './rounding.ts'

/** What a batch shows of how far its anchors can be trusted. */
export interface Trust {
  /** Weight w of `blendReturns`. */
  readonly trust: number
  /** Steps whose return was predicted from other trajectories with the same action at the same anchor. */
  readonly predicted: number
}

/** Weights that are compared, with plain returns beside them: each four times the one before. */
const TRUSTS = [1 / 64, 1 / 16, 1 / 4, 1] as const
const FOLDS = 4
/** Steps times passes: more evidence than this is not looked at. */
const MOST_EVIDENCE = 400_000

/**
 * The weight under which returns of trajectories that were left out are predicted best, by cross-validation within
 * each group. Let P_w be the mean blended return of the others' steps with the same anchor and action, P_0 that of
 * their plain returns, G what the left-out trajectory really earned from there. Then
 *
 *   J_w = sum (G - P_w)(P_0 - P_w)      estimates the squared bias of P_w (Hausman, "Specification tests in
 *                                       econometrics", 1978: P_0 is unbiased, and P_w efficient where it is too),
 *   E_w = sum (P_0 - P_w)^2 - J_w       how much less it varies than P_0,
 *
 * and the risk of w over that of plain returns is J_w - E_w n'/n, where n' of n trajectories predict: with all of
 * them it varies that much less. Over `averaging` batches noise averages out and bias does not, so what of J_w is
 * above its standard error counts that often. Each weight has the odds of being better than the one of least risk,
 * a normal error assumed; the result is their geometric mean, which is 1/8 where nothing is known.
 * @param averaging Batches over which the optimiser averages, from 1.
 * @param seen Log of the odds that anchors are states by other evidence: the odds of w = 1 are multiplied by as much,
 *   those of smaller weights by that to the power of w. Counted from -12 to 6.
 */
export function trustOf(groups: readonly GroupSteps[], averaging: number, seen = 0): Trust {
  const evidence = evidenceGroups(groups).flatMap(groupEvidence)
  const risks = TRUSTS.map((_, at) => riskOf(evidence, at, averaging))
  const least = risks.indexOf(Math.min(...risks))
  const odds = risks.map((risk, at) => {
    const size = averaging * sumOf(evidence.map((each) => sizeOf(each, at, least)))
    const apart = evidence.map((each) =>
      settled(riskAt(each, at) - riskAt(each, least), sizeOf(each, at, least), 'paper'),
    )
    const odds = oddsOf(settled(risk - (risks[least] ?? 0), size, 'paper'), standardError(apart))
    return odds * Math.exp(Math.max(MOST_AGAINST, Math.min(MOST_FOR, seen)) * (TRUSTS[at] ?? 0))
  })
  const total = odds.reduce((a, b) => a + b, 0)
  const logTrust = TRUSTS.reduce((sum, trust, at) => sum + ((odds[at] ?? 0) / total) * Math.log(trust), 0)
  return { trust: Math.exp(logTrust), predicted: evidence.reduce((sum, { predicted }) => sum + predicted, 0) }
}

/** Log of the odds that other evidence can give: returns can decide against trust, and hardly for it. */
const [MOST_AGAINST, MOST_FOR] = [-12, 6] as const

/** Evidence of one trajectory, by weight. */
interface Evidence {
  readonly biases: Float64Array
  readonly risks: Float64Array
  /** Sums of the absolute values that the risks are sums of: rounding is in proportion to them. */
  readonly sizes: Float64Array
  predicted: number
}

const riskAt = ({ risks }: Evidence, at: number): number => risks[at] ?? 0
const sizeOf = ({ sizes }: Evidence, one: number, other: number): number => (sizes[one] ?? 0) + (sizes[other] ?? 0)

function riskOf(evidence: readonly Evidence[], at: number, averaging: number): number {
  const biases = evidence.map((each) => each.biases[at] ?? 0)
  const shown = Math.max(0, sumOf(biases) - standardError(biases))
  return sumOf(evidence.map((each) => each.risks[at] ?? 0)) + (averaging - 1) * shown
}

/**
 * Chance that a difference is really below 0 over the chance that it is not, by the logistic curve nearest to the
 * normal one.
 */
const oddsOf = (difference: number, error: number): number =>
  difference <= 0 ? 1 : error > 0 ? Math.exp((-1.702 * difference) / error) : 0

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Standard error of the sum of independent values. */
function standardError(values: readonly number[]): number {
  const mean = sumOf(values) / Math.max(1, values.length)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt((squares * values.length) / Math.max(1, values.length - 1))
}

/** Groups at even distances, so that this part does not grow with the batch forever. */
export function evidenceGroups(groups: readonly GroupSteps[]): readonly GroupSteps[] {
  const work = groups.reduce((sum, { rows, horizon }) => sum + rows.length * horizon, 0)
  const stride = Math.ceil(work / MOST_EVIDENCE)
  return groups.filter((_, at) => at % stride === 0)
}

function groupEvidence(steps: GroupSteps): readonly Evidence[] {
  const evidence = Array.from({ length: steps.trajectoryCount }, () => ({
    biases: new Float64Array(TRUSTS.length),
    risks: new Float64Array(TRUSTS.length),
    sizes: new Float64Array(TRUSTS.length),
    predicted: 0,
  }))
  for (let fold = 0; fold < Math.min(FOLDS, steps.trajectoryCount); fold++) addFold(foldOf(steps, fold), evidence)
  return evidence
}

/** Some trajectories of a group, and steps of the others that did the same as they. */
interface Fold {
  readonly steps: GroupSteps
  readonly learners: Int32Array
  /** Learners' steps of each choice. */
  readonly counts: Int32Array
  readonly leftOut: Int32Array
  /** Share of trajectories that learn. */
  readonly share: number
}

function foldOf(steps: GroupSteps, fold: number): Fold {
  const { trajectories, trajectoryCount, choices } = steps
  const all = Int32Array.from(trajectories.keys())
  const learners = all.filter((at) => (trajectories[at] ?? 0) % FOLDS !== fold)
  const counts = new Int32Array(choices.count)
  for (const at of learners) counts[choices.ids[at] ?? 0] = (counts[choices.ids[at] ?? 0] ?? 0) + 1
  const isPredicted = (at: number): boolean =>
    (trajectories[at] ?? 0) % FOLDS === fold && (counts[choices.ids[at] ?? 0] ?? 0) > 0
  const left = Math.ceil((trajectoryCount - fold) / FOLDS)
  return { steps, learners, counts, leftOut: all.filter(isPredicted), share: 1 - left / trajectoryCount }
}

function addFold(fold: Fold, evidence: readonly Evidence[]): void {
  const { steps, learners, leftOut, share } = fold
  for (const at of leftOut) addCount(evidence[steps.trajectories[at] ?? 0])
  // If no learner was ever rewarded, predictions are equal under every weight.
  if (learners.every((at) => steps.rewards[at] === 0)) return
  const plain = predictedBy(fold, 0)
  // What cancels may leave a rest that is small beside the returns, and not beside itself.
  const largest = steps.returns.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const apart = (a: number | undefined, b: number | undefined): number => settled((a ?? 0) - (b ?? 0), largest, 'paper')
  TRUSTS.forEach((trust, weight) => {
    const predicted = predictedBy(fold, trust)
    for (const at of leftOut) {
      const own = evidence[steps.trajectories[at] ?? 0]
      const gap = apart(plain[at], predicted[at])
      const bias = apart(steps.returns[at], predicted[at]) * gap
      if (own) addTo(own, weight, bias, share * gap * gap, share)
    }
  })
}

function addCount(own: Evidence | undefined): void {
  if (own) own.predicted++
}

/** @param spread share of the squared gap */
function addTo(own: Evidence, weight: number, bias: number, spread: number, share: number): void {
  own.biases[weight] = (own.biases[weight] ?? 0) + bias
  own.risks[weight] = (own.risks[weight] ?? 0) + bias - (spread - share * bias)
  own.sizes[weight] = (own.sizes[weight] ?? 0) + (1 + share) * Math.abs(bias) + spread
}

/** Mean blended return of the learners' steps that did the same, for each step. */
function predictedBy({ steps, learners, counts }: Fold, trust: number): Float64Array {
  const { choices } = steps
  const predicted = new Float64Array(steps.rows.length)
  blendReturns(steps, { trust, learners, parts: choices }, (step, { partSums }) => {
    const choice = choices.ids[step] ?? 0
    predicted[step] = (partSums[choice] ?? 0) / Math.max(1, counts[choice] ?? 0)
  })
  return predicted
}
