import { judgeInline } from './inline.ts'
import { type JudgeContext, judgeSplit } from './split.ts'
import { judgeStdin } from './stdin.ts'
import type { Candidate, JudgeName, Suite, TestOutcome, Verdict } from './types.ts'

/**
 * Judges code test by test. Every verdict names its judge, and its texts are well-formed Unicode.
 * @param judge `inline` only where a task says that its data is not plain: a candidate has no say in it
 */
export async function judge(
  suite: Suite,
  candidate: Candidate,
  context: JudgeContext,
  judge: JudgeName,
): Promise<Verdict> {
  const verdict = await judgeWith(suite, candidate, context, judge)
  return { ...verdict, outcomes: verdict.outcomes.map(wellFormed) }
}

function judgeWith(suite: Suite, candidate: Candidate, context: JudgeContext, judge: JudgeName): Promise<Verdict> {
  if (suite.kind === 'stdin') return judgeStdin(suite, candidate, context)
  return judge === 'inline' ? judgeInline(suite, candidate, context) : judgeSplit(suite, candidate, context)
}

/** Halves of characters, which exceptions in Python may have and no UTF-8 does, are U+FFFD. */
function wellFormed(outcome: TestOutcome): TestOutcome {
  const [type, message] = [replaced(outcome.type), replaced(outcome.message)]
  return { ...outcome, type, message, ...(outcome.detail !== undefined && { detail: replaced(outcome.detail) }) }
}

const replaced = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

export { type Agreement, probe } from './probe.ts'
export { pythonIn } from './run-python.ts'
export type { JudgeContext } from './split.ts'
export { gradePatch, type PatchGrade, type PatchTests, type TestReport, type TestStatus } from './swe-bench.ts'
export type {
  Candidate,
  CodeSuite,
  JudgeName,
  PythonProgram,
  PythonRun,
  RunPython,
  StdinSuite,
  Suite,
  TestOutcome,
  Verdict,
} from './types.ts'
