import { projectOutput } from '../../../envs/webshop/verl/projection.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { objectAt, stringField, type VectorObject } from './fields.ts'
import { ReferenceShops } from './reference-shop.ts'
import { transcriptRows } from './verl-pages.ts'
import { checkPrompts } from './verl-prompts.ts'

export const verlProjectionHandler: VerifyHandler = {
  name: 'verl-agent projection',
  pattern: /^verl_agent_webshop_projection[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `output ${index}`, check: () => checkProjection(objectAt(`[${index}]`, read())) }
  },
}

function checkProjection(record: VectorObject): void {
  expectOnlyFields(record.path, record.fields, ['input', 'action', 'valid'])
  const { action, isValid } = projectOutput(stringField(record, 'input'))
  expectEqual(`${record.path}.action`, record.fields.action, action)
  expectEqual(`${record.path}.valid`, record.fields.valid, isValid ? 1 : 0)
}

export const verlPromptsHandler: VerifyHandler = {
  name: 'verl-agent prompts',
  pattern: /^verl_agent_webshop_prompts[\w-]*\.jsonl?$/,
  *cases({ text, dataFolder, sibling }) {
    const shops = new ReferenceShops(dataFolder)
    const rows = transcriptRows(sibling)
    for (const { index, read } of recordsOf(text))
      yield { id: `episode ${index}`, check: () => checkPrompts(objectAt(`[${index}]`, read()), rows, shops) }
  },
}
