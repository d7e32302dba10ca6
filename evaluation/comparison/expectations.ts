import type { MethodSummary, Paired } from './summary.ts'
import { paired } from './summary.ts'

/** Something that should be true of the comparison, and whether it is. */
export interface Expectation {
  readonly says: string
  readonly isMet: boolean
  /** What was measured. */
  readonly found: string
}

/** Most success that a policy may have that learns from coin flips. */
const RANDOM_LIMIT = 0.1

/**
 * What a sound training shows: exact advantages beat what is estimated, our own estimator is not behind CRBC, CRBC beats
 * RLOO, and coin flips teach nothing. Those of methods that were not compared are left out.
 */
export function expectationsOf(methods: readonly MethodSummary[]): readonly Expectation[] {
  const named = (label: string): MethodSummary | undefined => methods.find((method) => method.label === label)
  const between = (
    one: string,
    other: string,
    says: string,
    allows: readonly Paired['verdict'][],
  ): readonly Expectation[] => {
    const [first, second] = [named(one), named(other)]
    return first && second ? [judged(paired(first, second), says, allows)] : []
  }
  return [
    ...between('oracle', 'evidence-closure-3', 'oracle > evidence-closure-3', ['better']),
    ...between('evidence-closure-3', 'crbc', 'evidence-closure-3 >= crbc', ['better', 'tie']),
    ...between('crbc', 'rloo', 'crbc > rloo', ['better']),
    ...between('evidence-closure-2', 'rloo', 'evidence-closure-2 >= rloo', ['better', 'tie']),
    ...between('oracle', 'rloo', 'oracle > rloo', ['better']),
    ...below(named('random-reward')),
    ...between('random-reward', 'untrained', 'random-reward is not above untrained', ['tie', 'worse']),
  ]
}

const judged = (pair: Paired, says: string, allows: readonly Paired['verdict'][]): Expectation => ({
  says,
  isMet: pair.difference !== null && allows.includes(pair.verdict),
  found: differenceText(pair),
})

function below(random: MethodSummary | undefined): readonly Expectation[] {
  if (!random?.area) return []
  const { value } = random.area
  return [{ says: `random-reward < ${RANDOM_LIMIT}`, isMet: value < RANDOM_LIMIT, found: value.toFixed(3) }]
}

/** Mean difference and half the length of its interval. */
export function differenceText({ difference, verdict }: Paired): string {
  if (difference === null) return 'too few seeds'
  const { value, high } = difference
  return `${value >= 0 ? '+' : ''}${value.toFixed(3)} ± ${(high - value).toFixed(3)} (${verdict})`
}
