import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { strollRun } from '../../exchange/scene.ts'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { hasPython, printedBy, pythonWith } from '../python.ts'

const SCRIPT = new URL('read_parquet.py', import.meta.url).pathname

interface Read {
  readonly types: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

interface Printed {
  readonly steps: Read
  readonly tokens: Read
  readonly datasets: Readonly<
    Record<'steps' | 'tokens', { readonly types: Read['types']; readonly first: Read['rows'][number] }>
  >
  readonly notes: unknown
}

/** As JSON has it. */
const plain = (rows: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))

describe.runIf(hasPython())('exports to Parquet', () => {
  it('are read by pyarrow and datasets with the right types, nulls and lists included', async () => {
    const folder = newFolder()
    await strollRun(join(folder, 'a'))
    const asked = ['export', 'a', '--format', 'parquet', '--estimator', 'grpo,gigpo']
    await runJson([...asked, '--out', 'steps.parquet'], { folder })
    await runJson([...asked, '--grain', 'tokens', '--out', 'tokens.parquet'], { folder })
    const [steps, tokens] = [join(folder, 'steps.parquet'), join(folder, 'tokens.parquet')]
    const python = await pythonWith('datasets==5.2.0', 'pyarrow==26.0.1')
    // What a script prints is what it prints: the assertions below check its form.
    const printed = (await printedBy(python, SCRIPT, steps, tokens, join(folder, 'cache'))) as Printed

    expect(printed.steps.types).toMatchObject({
      trajectory: 'string',
      step: 'int32',
      isActionValid: 'bool',
      seed: 'uint64',
      'signals.env': 'double',
      'outcomes.arrived': 'double',
      logProbs: 'list<element: double>',
      promptTokenIds: 'list<element: int32>',
      'advantages.gigpo': 'double',
      'tokenAdvantages.gigpo': 'list<element: double>',
    })
    expect(printed.tokens.types).toMatchObject({
      responseTokenIds: 'list<element: int32>',
      responseMask: 'list<element: int32>',
      'advantages.grpo': 'list<element: double>',
    })
    expect(printed.steps.rows).toEqual(plain(await parquetReadObjects({ file: await asyncBufferFromFile(steps) })))
    expect(printed.tokens.rows).toEqual(plain(await parquetReadObjects({ file: await asyncBufferFromFile(tokens) })))
    expect(printed.steps.rows.some((row) => row['signals.env'] === null)).toBe(true)

    expect(printed.datasets.steps.types).toMatchObject({
      'signals.env': "Value('float64')",
      seed: "Value('uint64')",
      logProbs: "List(Value('float64'))",
      promptTokenIds: "List(Value('int32'))",
    })
    expect(printed.datasets.tokens.first).toEqual(printed.tokens.rows[0])
    expect(printed.notes).toMatchObject({ environment: 'stroll@1', actions: 'text' })
  })
})
