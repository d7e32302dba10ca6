import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyCommand } from '../../../bin/commands/verify/index.ts'
import type { VerifyReport } from '../../../conformance/report.ts'
import suite from '../../../conformance/suites/webshop/index.ts'
import { describeWithReference } from '../../support/reference.ts'

const FAMILIES = [
  'lucene_english_tokens.jsonl',
  'python_rng.json',
  'verl_agent_webshop_projection.json',
  'verl_agent_webshop_prompts.jsonl',
  'webshop_fuzz.jsonl',
  'webshop_goals.json',
  'webshop_products.jsonl',
  'webshop_reward.jsonl',
  'webshop_search.jsonl',
  'webshop_transcripts.jsonl',
]

const knowing = (file: string): readonly string[] =>
  suite.handlers.filter(({ pattern }) => pattern.test(file)).map(({ name }) => name)

describe('the web shop handlers', () => {
  it.each(FAMILIES)('know %s and further files of its family, one handler each', (file) => {
    const [base = '', extension] = file.split('.')
    expect(knowing(file)).toHaveLength(1)
    expect(knowing(`${base}_edge.${extension}`)).toEqual(knowing(file))
  })

  it('know no file of another family', () => {
    expect(knowing('humaneval.jsonl')).toEqual([])
    expect(knowing('my_webshop_goals.json')).toEqual([])
  })
})

describeWithReference('the web shop reference vectors', (folder) => {
  it('agree in every record', async () => {
    let text = ''
    const code = await verifyCommand({
      folder: join(folder, 'vectors', 'envs'),
      only: 'webshop_*,verl_agent_webshop_*,lucene_*,python_rng*',
      dataFolder: join(folder, 'data'),
      json: true,
      handlers: suite.handlers,
      out: {
        write: (piece) => {
          text += piece
        },
      },
      err: { write: () => {} },
    })
    const report: VerifyReport = JSON.parse(text)
    expect(report.files.flatMap(({ failures, problems }) => [...failures, ...problems])).toEqual([])
    expect(report.problems).toEqual([])
    expect(code).toBe(0)
  })
})
