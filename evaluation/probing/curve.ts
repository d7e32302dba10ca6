import { BASELINES, budgetSegments, budgetShares } from '../../rewards/curation/budgets.ts'
import { meanOf, sumOf } from '../../rewards/numbers.ts'
import { allKnown } from '../../rewards/recorded.ts'
import type { Probe } from './forced.ts'
import type { ProbedPrefix } from './prefixes.ts'

/** Answers at one budget, over episodes. */
export interface BudgetFigures {
  readonly budget: number
  /** Episodes whose score is known here; each counts once, by the mean of its answers. */
  readonly episodes: number
  /** Mean score; null where none is known. */
  readonly score: number | null
  /** Share of answers whose score is at least the threshold. */
  readonly accuracy: number | null
  /** Share of answers that ended the episode by themselves. */
  readonly answered: number | null
  /** Mean probability of a token of the answer; null where no answer has evidence. */
  readonly confidence: number | null
  /** Mean entropy of the answers after one prefix, in nats: 0 where all are equal. Whole episodes, with one answer, are left out. */
  readonly entropy: number | null
  /** Share of episodes that the budget covers whole. */
  readonly whole: number
}

/** Scores at all budgets as one number, by how likely each budget is (AnytimeReasoner, arXiv 2505.13438). */
export interface AnytimeScores {
  readonly uniform: number
  readonly linear: number
  readonly base: number
}

const meanKnown = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : meanOf(known)
}

/** Mean score of the answers of a prefix; null where none is known. */
export const scoreOf = ({ probes }: Pick<ProbedPrefix, 'probes'>): number | null =>
  meanKnown(probes.map(({ score }) => score))

/**
 * Curves over budgets.
 * @param episodes probed prefixes of each, one a budget, in the order of the budgets
 * @param success least score of a right answer
 */
export function budgetCurve(
  episodes: readonly (readonly ProbedPrefix[])[],
  budgets: readonly number[],
  success: number,
): readonly BudgetFigures[] {
  return budgets.map((budget, at) => {
    const here = episodes.flatMap((prefixes) => prefixes[at] ?? [])
    const mean = (value: (probe: Probe) => number | null): number | null =>
      meanKnown(here.map(({ probes }) => meanKnown(probes.map(value))))
    return {
      budget,
      episodes: here.filter((each) => scoreOf(each) !== null).length,
      score: mean(({ score }) => score),
      accuracy: mean(({ score }) => (score === null ? null : Number(score >= success))),
      answered: mean(({ hasAnswered }) => Number(hasAnswered)),
      confidence: mean(({ confidence }) => confidence),
      entropy: meanKnown(here.filter(({ isWhole }) => !isWhole).map(({ probes }) => answerEntropy(probes))),
      whole: here.length === 0 ? 0 : here.filter(({ isWhole }) => isWhole).length / here.length,
    }
  })
}

/** Entropy of the answers that were given, in nats; null where none was. */
export function answerEntropy(probes: readonly Pick<Probe, 'answer'>[]): number | null {
  const counts = new Map<string, number>()
  for (const { answer } of probes) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  const total = sumOf([...counts.values()])
  return total === 0 ? null : sumOf([...counts.values()].map((count) => (count / total) * Math.log(total / count)))
}

/** Anytime scores of a curve, over its budgets above 0; null where one of them has no score. */
export function anytimeScores(curve: readonly BudgetFigures[]): AnytimeScores | null {
  const own = curve.filter(({ budget }) => budget > 0)
  const scores = allKnown(own.map(({ score }) => score))
  if (scores === null || scores.length === 0) return null
  const budgets = own.map(({ budget }) => budget)
  const by = (prior: 'uniform' | 'linear' | 'base'): number =>
    sumOf(budgetShares(budgets, prior).map((share, at) => share * (scores[at] ?? 0)))
  return { uniform: by('uniform'), linear: by('linear'), base: by('base') }
}

/**
 * Advantages of the segments between budgets (BRPO), for the episodes of one group; null for an episode without a score
 * at some budget.
 */
export function segmentAdvantages(
  group: readonly (readonly ProbedPrefix[])[],
  budgets: readonly number[],
): readonly (readonly number[] | null)[] {
  const above = budgets.filter((budget) => budget > 0)
  const scores = group.map((prefixes) => {
    const own = prefixes.filter(({ budget }) => budget > 0)
    return own.length === above.length ? allKnown(own.map(scoreOf)) : null
  })
  const known = scores.filter((each) => each !== null)
  const [first] = BASELINES
  const { advantages } = budgetSegments(known, budgetShares(above, 'uniform'), first)
  let next = 0
  return scores.map((each) => (each === null ? null : (advantages[next++] ?? null)))
}
