import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyCommand } from '../../../bin/commands/verify/index.ts'
import { bfclHandler } from '../../../conformance/suites/tools/bfcl.ts'
import suite from '../../../conformance/suites/tools/index.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { describeWithReference } from '../../support/reference.ts'

const knowing = (file: string): readonly string[] =>
  suite.handlers.filter(({ pattern }) => pattern.test(file)).map(({ name }) => name)

const passes = (record: unknown): Promise<boolean> => linePasses(JSON.stringify(record))

/** Whether a record passes; a record that cannot be read fails. */
async function linePasses(text: string): Promise<boolean> {
  try {
    for await (const { check } of bfclHandler.cases({ text, dataFolder: '', sibling: () => undefined })) await check()
    return true
  } catch {
    return false
  }
}

const RECORD = {
  id: 'multi_turn_base_0',
  involved_classes: ['TicketAPI', 'MathAPI'],
  initial_config: { TicketAPI: { ticket_queue: [], ticket_counter: 7, current_user: 'ada' } },
  turns: [
    {
      calls: ["create_ticket(title='Printer')"],
      results: [
        '{"id": 7, "title": "Printer", "description": "", "status": "Open", "priority": 1, "created_by": "ada"}',
      ],
    },
    { calls: [], results: [] },
    { calls: ['mean(numbers=[1, 2])'], results: ['{"result": 1.5}'] },
  ],
  final_state: {
    TicketAPI: {
      ticket_queue: [{ id: 7, title: 'Printer', description: '', status: 'Open', priority: 1, created_by: 'ada' }],
      ticket_counter: 8,
      current_user: 'ada',
    },
    MathAPI: {},
  },
  gt_valid: true,
  drop_last_call_of_turn: { turn: 0, valid: false, error_type: 'multi_turn:empty_turn_model_response' },
}

/** Parts of a record that name it, or that a fresh instance has anyway. */
const FREE = /^\.(id|initial_config)/

describe('the BFCL handler', () => {
  it.each(['base', 'miss_func', 'miss_param', 'long_context', 'base_edge'])(
    'knows the file of %s, alone',
    (category) => {
      expect(knowing(`bfcl_multi_turn_${category}.jsonl`)).toEqual([bfclHandler.name])
    },
  )

  it('knows no file of another family', () => expect(knowing('my_bfcl_multi_turn_base.jsonl')).toEqual([]))

  it('passes a record that Python made, and fails it with any part changed, added or gone', async () => {
    expect(await passes(RECORD)).toBe(true)
    const survivors: string[] = []
    for (const { path, changed } of changesOf(RECORD)) {
      if (FREE.test(path)) continue
      if (await passes(changed)) survivors.push(path)
    }
    expect(survivors).toEqual([])
  })
})

describeWithReference('the BFCL reference vectors', (folder) => {
  it('agree in every record', async () => {
    const code = await verifyCommand({
      folder: join(folder, 'vectors', 'envs'),
      only: 'bfcl_*',
      dataFolder: join(folder, 'data'),
      json: true,
      handlers: suite.handlers,
      out: { write: () => {} },
      err: { write: () => {} },
    })
    expect(code).toBe(0)
  })

  it('fail if a result has another float than it should', async () => {
    const text = readFileSync(join(folder, 'vectors', 'envs', 'bfcl_multi_turn_base.jsonl'), 'utf8')
    const line = text.split('\n').find((each) => each.includes('\\"fuelLevel\\": '))
    const changed = line?.replace(/(\\"fuelLevel\\": \d+)\.(\d+)/, '$1.$25')
    expect(changed).not.toBe(line)
    expect(await linePasses(line ?? '')).toBe(true)
    expect(await linePasses(changed ?? '')).toBe(false)
  })

  describe('of the long-context category', () => {
    const text = () => readFileSync(join(folder, 'vectors', 'envs', 'bfcl_multi_turn_long_context.jsonl'), 'utf8')

    it('fail in every record that shows a filler text of which one character is changed', async () => {
      const lines = text().split('\n')
      const at = lines.findIndex((line) => line.includes('\\"parkingBrakeInstruction\\": \\"'))
      const changed = lines[at]?.replace(/(\\"parkingBrakeInstruction\\": \\".{500})./, '$1~')
      expect(changed).not.toBe(lines[at])
      expect(await failuresOf(lines.with(at, changed ?? '').join('\n'))).toEqual([`entry ${at}`])
    })

    it('fail where no record shows a text that results depend on', async () => {
      const lines = text().split('\n')
      const line = lines.find((each) => each.includes('\\"parkingBrakeInstruction\\": \\"')) ?? ''
      expect(await failuresOf(line)).toEqual([])
      expect(await failuresOf(line.replace(/(\\"parkingBrakeInstruction\\": \\").*?\\"/, '$1\\"'))).toEqual(['entry 0'])
    })
  })
})

async function failuresOf(text: string): Promise<readonly string[]> {
  const failed: string[] = []
  for await (const { id, check } of bfclHandler.cases({ text, dataFolder: '', sibling: () => undefined }))
    try {
      await check()
    } catch {
      failed.push(id)
    }
  return failed
}
