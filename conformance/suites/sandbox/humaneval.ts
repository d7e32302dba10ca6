import type { TestOutcome } from '../../../sandbox/judge/index.ts'
import { readHumanEval } from '../../../sandbox/tasks/humaneval.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { Judging, recordsBy } from './judging.ts'

interface CompletionRecord {
  readonly task_id: string
  readonly kind: string
  readonly completion: string
  readonly passed: boolean
  readonly result: string
}

/** Completions of HumanEval's problems, with what its reference implementation says of them. */
export const humanEvalHandler: VerifyHandler = {
  name: 'HumanEval completions',
  pattern: /^humaneval[\w.-]*\.jsonl$/,
  async *cases({ text, dataFolder }) {
    const judging = new Judging()
    const problemOf = recordsBy(dataFolder, 'humaneval/HumanEval.jsonl.gz', 'task_id')
    const check = async (record: CompletionRecord): Promise<void> => {
      expectOnlyFields('', record, ['task_id', 'kind', 'completion', 'passed', 'result'])
      const { prompt, suite } = readHumanEval(problemOf(record.task_id))
      const { outcomes } = await judging.judge(suite, `${prompt}${record.completion}\n`, 'split')
      expectEqual('result', record.result, resultOf(outcomes[0]))
      expectEqual('passed', record.passed, outcomes[0]?.status === 'passed')
    }
    try {
      for (const { index, read } of recordsOf(text))
        yield { id: `record ${index}`, check: () => check(read() as CompletionRecord) }
    } finally {
      await judging.close()
    }
  },
}

/** As the reference writes it. */
function resultOf(outcome: TestOutcome | undefined): string {
  if (outcome?.status === 'passed') return 'passed'
  return outcome?.status === 'timeout' ? 'timed out' : `failed: ${outcome?.message}`
}
