import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { VerifyHandler } from '../../../conformance/handler.ts'
import { humanEvalHandler } from '../../../conformance/suites/sandbox/humaneval.ts'
import suite from '../../../conformance/suites/sandbox/index.ts'
import { mbppHandler } from '../../../conformance/suites/sandbox/mbpp.ts'
import { passAtKHandler } from '../../../conformance/suites/sandbox/pass-at-k.ts'
import { share } from '../../support/long.ts'
import { describeWithReference } from '../../support/reference.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

/** Every how many records are judged. */
const STRIDE = share(12, 1)

/** Names of the records that fail. */
async function failures(handler: VerifyHandler, text: string, dataFolder: string): Promise<readonly string[]> {
  const failed: string[] = []
  for await (const { id, check } of handler.cases({ text, dataFolder, sibling: () => undefined }))
    try {
      await check()
    } catch (error) {
      failed.push(`${id}: ${error}`)
    }
  return failed
}

describeWithReference('the vectors of code', (folder) => {
  const linesOf = (file: string): readonly string[] =>
    readFileSync(join(folder, 'vectors/envs', file), 'utf8')
      .trim()
      .split('\n')
  const dataFolder = join(folder, 'data')

  it('have one handler each', () => {
    for (const file of ['humaneval.jsonl', 'humaneval_edge.jsonl', 'mbpp.jsonl', 'mbpp_edge.jsonl', 'pass_at_k.json'])
      expect(suite.handlers.filter(({ pattern }) => pattern.test(file))).toHaveLength(1)
  })

  it('are met by pass@k, and not if a value is another', async () => {
    const text = readFileSync(join(folder, 'vectors/envs/pass_at_k.json'), 'utf8')
    expect(await failures(passAtKHandler, text, dataFolder)).toEqual([])
    expect(await failures(passAtKHandler, '[{"n": 15, "c": 2, "k": 2, "p": 0.26}]', dataFolder)).toHaveLength(1)
  })

  describeWithSandbox('that is run', () => {
    it('are met by completions of HumanEval, result and message', async () => {
      const lines = linesOf('humaneval.jsonl').filter((_, at) => at % STRIDE === 0)
      expect(lines.length).toBeGreaterThan(10)
      expect(await failures(humanEvalHandler, lines.join('\n'), dataFolder)).toEqual([])
    })

    it('are met by tests of MBPP, for the reference and for a constant answer', async () => {
      const lines = linesOf('mbpp.jsonl').filter((_, at) => at % (2 * STRIDE) === 0)
      expect(await failures(mbppHandler, lines.join('\n'), dataFolder)).toEqual([])
    })

    it('are not met by another result, message or test', async () => {
      const [line = '{}'] = linesOf('humaneval.jsonl')
      const record = JSON.parse(line)
      const changed = [
        { ...record, completion: '    return None\n' },
        { ...record, result: 'failed: ' },
        { ...record, passed: false },
        { ...record, task_id: 'HumanEval/none' },
        { ...record, more: 1 },
      ]
      expect(
        await failures(humanEvalHandler, changed.map((each) => JSON.stringify(each)).join('\n'), dataFolder),
      ).toHaveLength(5)
      const mbpp = JSON.parse(linesOf('mbpp.jsonl')[0] ?? '{}')
      const others = [
        { ...mbpp, constant: mbpp.constant.map((each: boolean) => !each) },
        { ...mbpp, reference: [] },
        { ...mbpp, challenge: [true] },
      ]
      expect(
        await failures(mbppHandler, others.map((each) => JSON.stringify(each)).join('\n'), dataFolder),
      ).toHaveLength(3)
    })
  })
})
