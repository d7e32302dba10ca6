import { type MbppProblem, readMbpp } from '../../../sandbox/tasks/mbpp.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { Judging, recordsBy } from './judging.ts'

interface MbppRecord {
  readonly task_id: number
  readonly reference: readonly boolean[]
  readonly challenge: readonly boolean[]
  readonly constant_code: string
  readonly constant: readonly boolean[]
}

/** Tests of MBPP's problems that the reference code passes, and those that a constant answer passes. */
export const mbppHandler: VerifyHandler = {
  name: 'MBPP tests',
  pattern: /^mbpp[\w.-]*\.jsonl$/,
  async *cases({ text, dataFolder }) {
    const judging = new Judging()
    const problemOf = recordsBy(dataFolder, 'mbpp/mbpp.jsonl', 'task_id')
    const check = async (record: MbppRecord): Promise<void> => {
      expectOnlyFields('', record, ['task_id', 'reference', 'challenge', 'constant_code', 'constant'])
      const problem = readMbpp(problemOf(record.task_id))
      const [reference, challenge] = splitAt(await passesOf(judging, problem, problem.code), problem)
      expectEqual('reference', record.reference, reference)
      expectEqual('challenge', record.challenge, challenge)
      const [constant] = splitAt(await passesOf(judging, problem, record.constant_code), problem)
      expectEqual('constant', record.constant, constant)
    }
    try {
      for (const { index, read } of recordsOf(text))
        yield { id: `record ${index}`, check: () => check(read() as MbppRecord) }
    } finally {
      await judging.close()
    }
  },
}

async function passesOf(judging: Judging, { suite, judge }: MbppProblem, code: string): Promise<readonly boolean[]> {
  const { outcomes } = await judging.judge(suite, code, judge)
  return outcomes.map(({ status }) => status === 'passed')
}

/** Tests and challenge tests. */
function splitAt(passes: readonly boolean[], { challengeTests }: MbppProblem) {
  const at = passes.length - challengeTests
  return [passes.slice(0, at), passes.slice(at)] as const
}
