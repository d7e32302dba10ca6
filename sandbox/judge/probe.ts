import type { Rng } from '../../core/data/rng.ts'
import { type Answers, answersOf, type TestCalls } from './answers.ts'
import { callsOf, type JudgeContext } from './split.ts'
import type { Candidate, CodeSuite } from './types.ts'
import { variantOf } from './variant.ts'

/** How often a candidate answers as the reference does, to calls that no test makes. */
export interface Agreement {
  readonly asked: number
  readonly agreed: number
}

const MOST_CALLS = 24

/**
 * Looks for answers that are written for the tests: asks candidate and reference for calls like those of the tests but
 * with other arguments. Code that solves the task agrees; code that knows only the arguments of the tests does not.
 * Calls that the reference refuses do not count.
 */
export async function probe(
  suite: CodeSuite,
  { reference, candidate }: { readonly reference: Candidate; readonly candidate: Candidate },
  rng: Rng,
  context: JudgeContext,
): Promise<Agreement> {
  const tests = freshCalls(await callsOf(suite, context), rng)
  const limits = { limitSeconds: suite.limitSeconds, endsAt: Date.now() + context.totalMs, signal: context.signal }
  const wanted = await answersOf(context.run, reference, tests, limits)
  if ('status' in wanted) return { asked: 0, agreed: 0 }
  const usable = tests.filter(({ index }) => isResult(answerTo(wanted, index)))
  const given = await answersOf(context.run, candidate, usable, limits)
  const isAgreed = ({ index }: TestCalls): boolean =>
    !('status' in given) && answerTo(given, index) === answerTo(wanted, index)
  return { asked: usable.length, agreed: usable.filter(isAgreed).length }
}

/** Each a call of its own, and none that a test makes. */
function freshCalls(tests: readonly TestCalls[], rng: Rng): readonly TestCalls[] {
  const known = new Set(tests.flatMap(({ calls }) => calls))
  const drawn = rng.shuffle([...known]).slice(0, MOST_CALLS)
  const fresh = new Set(drawn.map((call) => variantOf(call, rng)).filter((call) => call !== null && !known.has(call)))
  return [...fresh].map((call, index) => ({ index, calls: call === null ? [] : [call] }))
}

const answerTo = (answers: Answers, index: number): string => answers.get(index)?.[0] ?? ''
const isResult = (answer: string): boolean => answer.startsWith('{"ok"')
