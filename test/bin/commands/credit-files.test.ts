import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { readSource } from '../../../bin/commands/credit/source.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const inFolder = (...args: readonly string[]) => run(['credit', ...args], { folder })
const jsonInFolder = (...args: readonly string[]) => runJson(['credit', ...args], { folder })
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
const linesOf = (name: string): readonly unknown[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const fixture = (name: string): string => new URL(`../../fixtures/batches/${name}`, import.meta.url).pathname

const hasZstandard = 'zstdDecompressSync' in zlib

describe('a batch file', () => {
  it('reads JSON Lines, and says what it read as null', async () => {
    write(
      'steps.jsonl',
      '{"trajectory": 1, "group": 1, "signals.env": NaN}\n{"trajectory": 2, "group": 1, "signals.env": 1}\n',
    )
    const asked = ['--batch', 'steps.jsonl', '--estimator', 'rloo', '--options', 'rloo.minGroupSize=1']
    const { code, out } = await inFolder(...asked)
    expect(code).toBe(0)
    expect(out).toContain('signals.env: row 0 is NaN, read as null')
    expect(out).toContain('a line a step in steps.credit.jsonl')
    expect(linesOf('steps.credit.jsonl')).toEqual([
      { trajectoryId: '1', index: 0, rloo: null },
      { trajectoryId: '2', index: 0, rloo: 1 },
    ])
    expect((await jsonInFolder(...asked)).json.readAs).toEqual(['signals.env: row 0 is NaN, read as null'])
  })

  it.each(['snappy', 'gzip', 'brotli', ...(hasZstandard ? ['zstd'] : [])])(
    'reads Parquet, compressed with %s',
    async (codec) => {
      const asked = ['--batch', fixture(`${codec}.parquet`), '--out', 'x.jsonl', '--estimator', 'rloo']
      const { code } = await inFolder(...asked, '--options', 'rloo.minGroupSize=1')
      expect(code).toBe(0)
      expect(linesOf('x.jsonl')).toEqual([
        { trajectoryId: 'a', index: 0, rloo: 1 },
        { trajectoryId: 'b', index: 0, rloo: null },
      ])
    },
  )

  it('reads a frame of verl that pandas wrote, with integers exactly as they are', async () => {
    const asked = ['--batch', fixture('verl.parquet'), '--out', 'x.jsonl', '--estimator', 'rloo,gigpo']
    const { json } = await jsonInFolder(...asked, '--options', 'rloo.minGroupSize=1')
    expect(json).toMatchObject({ steps: 4, trajectories: 3, groups: 2 })
    expect(json.readAs).toEqual(['columns that were not read: data_source', expect.stringContaining('step_rewards')])
    expect(linesOf('x.jsonl')).toMatchObject([
      { trajectoryId: '9007199254740992' },
      { trajectoryId: '9007199254740993', index: 0, rloo: null },
      { trajectoryId: '9007199254740993', index: 1 },
      { trajectoryId: '3' },
    ])
  })

  it.runIf(!hasZstandard)('says what a Parquet file is compressed with that this Node.js cannot read', async () => {
    const { err } = await inFolder('--batch', fixture('zstd.parquet'), '--estimator', 'rloo')
    expect(err).toMatch(/BATCH_INVALID: .*ZSTD.*compression="snappy" .*Node\.js 22\.15/)
  })

  it('keeps bytes and times apart that a text or a date would merge, and passes over the index of pandas', async () => {
    const { batch, ...rest } = await readSource(folder, { run: undefined, batch: fixture('keys.parquet') }, {})
    expect(rest.run).toBeNull()
    for (const name of ['bytes', 'nanos', 'micros'])
      expect([...(batch.anchors.get(name)?.ids ?? [])]).toEqual([0, 1, 0])
    expect(batch.notes).toEqual(['columns that were not read: __index_level_0__'])
  })

  it.each([
    [
      fixture('decimals.parquet'),
      'the column anchors.state has decimals of up to 20 digits: cast them to text or int64',
    ],
    ['\u001f\u008b', 'is compressed with gzip'],
    ['ARROW1', 'is an Arrow (Feather) file'],
    ['\u0080\u0004', 'is a pickle'],
    ['\u00ff\u00fea', 'is text in UTF-16'],
    ['\u00e9', 'is not text in UTF-8'],
  ])('says what is wrong with %j', async (content, message) => {
    const isFile = content.endsWith('.parquet')
    if (!isFile)
      writeFileSync(join(folder, 'steps.json'), Buffer.concat([Buffer.from(content, 'latin1'), Buffer.of(0xff)]))
    const { err } = await inFolder('--batch', isFile ? content : 'steps.json', '--estimator', 'rloo')
    expect(err).toContain('BATCH_INVALID')
    expect(err).toContain(message)
  })

  it('says of a torn Parquet file that it is one', async () => {
    writeFileSync(join(folder, 'torn.parquet'), readFileSync(fixture('snappy.parquet')).subarray(0, 900))
    expect((await inFolder('--batch', 'torn.parquet', '--estimator', 'rloo')).err).toContain(
      'BATCH_INVALID: torn.parquet',
    )
  })

  it('expands no page beyond what it says of its size', async () => {
    const bytes = readFileSync(fixture('gzip.parquet'))
    // The header of the first page: 10 bytes before compression, as a zigzag varint.
    expect([...bytes.subarray(4, 10)]).toEqual([0x15, 0x04, 0x15, 0x14, 0x15, 0x38])
    bytes[7] = 0x12
    writeFileSync(join(folder, 'bomb.parquet'), bytes)
    const { err } = await inFolder('--batch', 'bomb.parquet', '--estimator', 'rloo')
    expect(err).toMatch(/BATCH_INVALID: bomb.parquet .*larger than 9 bytes/)
  })
})
