import { parseBatch } from '../../../core/batch/index.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

export const equalGroupsHandler = caseFileHandler('step groups of equal returns', 'degenerate_equal_groups', checkEqual)

/** What the references print here is their rounding noise: ours must be `exact`, to the last bit. */
function checkEqual(record: VectorRecord): void {
  record.only(['value', 'group_size', 'exact', 'gigpo_step_f64', 'gigpo_step_f32', 'hgpo_f64', 'hgpo_f32'])
  const members = Array.from({ length: record.number('group_size') }, (_, member) => member)
  const batch = parseBatch({
    group: members.map(() => 'group'),
    trajectory: members.map((member) => `member ${member}`),
    anchors: { text: members.map(() => 'the same page') },
    signals: { env: members.map(() => record.number('value')) },
  })
  const step = gigpo.compute(batch, { mode: 'reference' }).parts.step ?? new Float64Array()
  const { advantages } = hgpo.compute(batch, { mode: 'reference' })
  for (const [name, values] of [['gigpo', step] as const, ['hgpo', advantages] as const])
    for (const value of values)
      if (value !== record.number('exact')) throw new VerifyMismatch(`${record.path}.exact (${name})`, 0, value)
  for (const name of record.names) expectSmall(record, name)
}

/** Noise of the references is recorded to be read, and must be numbers. */
function expectSmall(record: VectorRecord, name: string): void {
  if (!Number.isFinite(record.number(name))) throw new VerifyMismatch(`${record.path}.${name}`, 'a number', name)
}
