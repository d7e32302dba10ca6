import type { Rng } from 'stepgym'
import type { SandboxPool } from 'stepgym/sandbox'
import {
  type Agreement,
  type Candidate,
  type CodeSuite,
  gradePatch,
  type JudgeContext,
  type JudgeName,
  judge,
  type PatchGrade,
  type PatchTests,
  type PythonProgram,
  type PythonRun,
  probe,
  pythonIn,
  type RunPython,
  type StdinSuite,
  type Suite,
  type TestOutcome,
  type TestReport,
  type TestStatus,
  type Verdict,
} from 'stepgym/sandbox/judge'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/sandbox/judge`. The compiler checks this file; it is never run. */

declare const pool: SandboxPool
declare const rng: Rng
declare const suite: CodeSuite
declare const candidate: Candidate
declare const context: JudgeContext
declare const program: PythonProgram

expectTypeOf(judge(suite, candidate, context, 'split')).resolves.toEqualTypeOf<Verdict>()
// @ts-expect-error: there is no such judge
void judge(suite, candidate, context, 'fair')
// @ts-expect-error: the judge is always named, as a task names it
void judge(suite, candidate, context)

expectTypeOf(pythonIn(pool, 'owner')).toEqualTypeOf<RunPython>()
expectTypeOf(pythonIn(pool, 'owner')(program, new AbortController().signal)).resolves.toEqualTypeOf<PythonRun>()
expectTypeOf(probe(suite, { reference: candidate, candidate }, rng, context)).resolves.toEqualTypeOf<Agreement>()

expectTypeOf<Suite>().toEqualTypeOf<CodeSuite | StdinSuite>()
expectTypeOf<JudgeName>().toEqualTypeOf<'split' | 'inline'>()
expectTypeOf<Verdict['judge']>().toEqualTypeOf<JudgeName>()
expectTypeOf<Verdict['outcomes']>().toEqualTypeOf<readonly TestOutcome[]>()
expectTypeOf<TestOutcome['status']>().toEqualTypeOf<'passed' | 'failed' | 'error' | 'timeout'>()

expectTypeOf<JudgeContext>().toHaveProperty('run').toEqualTypeOf<RunPython>()
expectTypeOf<Candidate>().toHaveProperty('source').toBeString()
expectTypeOf<PythonProgram>().toHaveProperty('wallMs').toBeNumber()

expectTypeOf(gradePatch).toEqualTypeOf<(statuses: ReadonlyMap<string, TestStatus>, tests: PatchTests) => PatchGrade>()
expectTypeOf<PatchGrade['failToPass']>().toEqualTypeOf<TestReport>()
// @ts-expect-error: tests of both kinds are given
gradePatch(new Map(), { failToPass: [] })
