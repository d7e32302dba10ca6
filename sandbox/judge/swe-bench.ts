/** How a test ended, in the words of SWE-bench's logs: `PASSED`, `FAILED`, `ERROR`, `SKIPPED`, `XFAIL`. */
export type TestStatus = string

/** What SWE-bench runs a patch against. */
export interface PatchTests {
  /** Tests that failed before and must pass. */
  readonly failToPass: readonly string[]
  /** Tests that passed before and must still. */
  readonly passToPass: readonly string[]
  /** `fail_only`: a test counts as failed only where its log says so. @default 'pass_and_fail' */
  readonly evaluation?: 'pass_and_fail' | 'fail_only'
}

/** Tests of one kind by their outcome. */
export interface TestReport {
  readonly success: readonly string[]
  readonly failure: readonly string[]
}

/** Outcome of a patch as SWE-bench grades it. */
export interface PatchGrade {
  readonly failToPass: TestReport
  readonly passToPass: TestReport
  /** Shares that pass, 0 to 1; 1 where there are none. */
  readonly shares: { readonly failToPass: number; readonly passToPass: number }
  /** `full`: all pass; `partial`: some of the first kind and all of the second; else `no`. */
  readonly resolution: 'full' | 'partial' | 'no'
}

/**
 * Grades a patch by how its tests ended, as `grading.py` of SWE-bench does. A test without a status failed; a skipped
 * test counts as passed where it passed before. An id with a bracket that is not closed is the beginning of ids, which
 * counts where all of them agree.
 */
export function gradePatch(statuses: ReadonlyMap<string, TestStatus>, tests: PatchTests): PatchGrade {
  const isFailOnly = tests.evaluation === 'fail_only'
  const split = (ids: readonly string[], passing: readonly TestStatus[]): TestReport => {
    const passes = (id: string): boolean => {
      const status = statusOf(statuses, id)
      return isFailOnly ? status !== 'FAILED' : status !== null && passing.includes(status)
    }
    return { success: ids.filter(passes), failure: ids.filter((id) => !passes(id)) }
  }
  const failToPass = split(tests.failToPass, PASSING)
  const passToPass = split(tests.passToPass, [...PASSING, 'SKIPPED'])
  const shares = { failToPass: shareOf(failToPass), passToPass: shareOf(passToPass) }
  return { failToPass, passToPass, shares, resolution: resolutionOf(shares) }
}

const PASSING: readonly TestStatus[] = ['PASSED', 'XFAIL']

/** Null where there is none, or where the ids that begin so do not agree. */
function statusOf(statuses: ReadonlyMap<string, TestStatus>, id: string): TestStatus | null {
  const own = statuses.get(id)
  if (own !== undefined || !isCut(id)) return own ?? null
  const starting = [...statuses].filter(([other]) => other.startsWith(id))
  const found = new Set(starting.map(([, status]) => (PASSING.includes(status) ? 'PASSED' : status)))
  const [only] = found
  return found.size === 1 && only !== undefined ? only : null
}

const isCut = (id: string): boolean => id.split('[').length > id.split(']').length

function shareOf({ success, failure }: TestReport): number {
  const count = success.length + failure.length
  return count === 0 ? 1 : success.length / count
}

function resolutionOf({ failToPass, passToPass }: PatchGrade['shares']): PatchGrade['resolution'] {
  if (passToPass < 1 || failToPass === 0) return 'no'
  return failToPass === 1 ? 'full' : 'partial'
}
