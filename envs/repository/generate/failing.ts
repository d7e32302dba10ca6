import type { Sources } from '../projects/program.ts'
import { isSame, type ModuleMutation, mutantResults } from './faults.ts'
import type { Check } from './tests.ts'

/** The checks that fail with mistakes; null where that is not known. */
export function failing(
  sources: Sources,
  faults: readonly ModuleMutation[],
  checks: readonly Check[],
): ReadonlySet<Check> | null {
  const results = mutantResults(sources, faults, checks)
  return results && new Set(checks.filter((check, at) => !isSame(results[at], { value: check.expected })))
}
