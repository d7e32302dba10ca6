import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { strollRun } from '../../exchange/scene.ts'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { printedBy } from '../python.ts'

const SCRIPT = new URL('read_verl.py', import.meta.url).pathname
const EXAMPLES = new URL('../../../examples/python', import.meta.url).pathname

/** A Python that has verl 0.9.1 and pyarrow: about 6 GB, so that none is installed for this. */
const { TEST_VERL: PYTHON = '' } = process.env

interface Printed {
  readonly size: number
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly rows: readonly number[][] }>>
  readonly others: Readonly<Record<string, readonly unknown[]>>
}

describe.runIf(PYTHON.includes('/'))("exports under verl's names", () => {
  it('are loaded as a DataProto, with every advantage on exactly the tokens of its step', async () => {
    const folder = newFolder()
    await strollRun(join(folder, 'a'))
    const { json } = await runJson(['export', 'a', '--format', 'verl', '--estimator', 'gigpo', '--out', 'x'], {
      folder,
    })
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, 'x')) })
    // What the script prints has this form: the assertions below hold it to the file.
    const { size, tensors, others } = (await printedBy(PYTHON, SCRIPT, EXAMPLES, join(folder, 'x'), 'gigpo')) as Printed
    expect([size, rows.length]).toEqual([json.rows, json.rows])
    const longest = Math.max(...rows.map(({ prompts }) => prompts.length))
    expect(tensors.prompts?.shape).toEqual([size, longest])
    for (const [at, row] of rows.entries()) {
      const advantage = row['advantages.gigpo']
      expect(tensors.prompts?.rows[at]?.slice(longest - row.prompts.length)).toEqual(row.prompts)
      expect(tensors.attention_mask?.rows[at]).toEqual([
        ...new Array(longest - row.prompts.length).fill(0),
        ...new Array(row.prompts.length + row.responses.length).fill(1),
      ])
      expect(tensors.responses?.rows[at]).toEqual(row.responses)
      expect(tensors.response_mask?.rows[at]).toEqual(row.responses.map(() => (advantage === null ? 0 : 1)))
      expect(tensors.advantages?.rows[at]).toEqual(row.responses.map(() => Math.fround(advantage ?? 0)))
      expect(tensors.old_log_probs?.rows[at]).toEqual(row.old_log_probs.map(Math.fround))
    }
    expect(others.uid).toEqual(rows.map(({ uid }) => uid))
    expect(others.step_rewards).toEqual(rows.map((row) => row.step_rewards))
    expect(others.anchor_obs).toEqual(rows.map((row) => row.anchor_obs))
  })
})
