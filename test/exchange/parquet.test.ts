import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readSource } from '../../bin/commands/credit/source.ts'
import { writeNew } from '../../exchange/output.ts'
import { ParquetFile } from '../../exchange/parquet/file.ts'
import { surveyOf } from '../../exchange/survey.ts'
import { familiesOf, Losses } from '../../exchange/trajectories.ts'
import { readRun } from '../../records/index.ts'
import { estimators } from '../../registry/index.ts'
import { assignCredit } from '../../rewards/credit/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { judgedWalker, linesOf, segmentOf, strollRun, walker } from './scene.ts'

const source = newFolder()
beforeAll(async () => {
  await strollRun(join(source, 'a'), { groups: 3, agent: judgedWalker })
})

let folder: string
beforeEach(() => {
  folder = newFolder()
  cpSync(join(source, 'a'), join(folder, 'a'), { recursive: true })
})

const exported = (...args: readonly string[]) => runJson(['export', 'a', ...args], { folder })
const file = (name: string) => asyncBufferFromFile(join(folder, name))
const rowsIn = async (name: string) => parquetReadObjects({ file: await file(name) })

/** Advantages by every estimator, or the code of the reason for none. */
async function creditOf(choice: { readonly run?: string; readonly batch?: string }) {
  const { batch } = await readSource(folder, { run: undefined, batch: undefined, ...choice }, {})
  const catalog = estimators({ userFolder: folder })
  const all = await Promise.all(catalog.names().map((name) => catalog.load(name)))
  return assignCredit(
    batch,
    all.map((estimator) => ({ estimator })),
  ).map(({ estimator, credit, reason }) => ({
    estimator,
    advantages: credit && [...credit.advantages],
    mask: credit && [...credit.mask],
    perToken: credit?.perToken ? [...credit.perToken] : null,
    code: reason?.code ?? null,
  }))
}

describe('stepgym export --format parquet', () => {
  it.each(['parquet', 'verl'])(
    '%s is a batch from which every estimator computes what it computes from the run',
    async (format) => {
      await exported('--format', format, '--out', 'x.parquet')
      const expected = await creditOf({ run: 'a' })
      expect(expected.filter(({ advantages }) => advantages?.some((each) => each !== 0)).length).toBeGreaterThan(15)
      expect(await creditOf({ batch: 'x.parquet' })).toEqual(expected)
    },
  )

  it('has forks whole, as credit does', async () => {
    const forks = ['--sampling', 'prefix', '--k', '2', '--max-steps', '4', '--agent', 'random']
    await run(['rollout', '--env', 'guess-number', ...forks, '--groups', '2', '--out', 'forks'], { folder })
    await runJson(['export', 'forks', '--format', 'parquet', '--out', 'x.parquet'], { folder })
    const expected = await creditOf({ run: 'forks' })
    expect(expected.find(({ estimator }) => estimator === 'fork-relative')?.code).toBe(null)
    expect(await creditOf({ batch: 'x.parquet' })).toEqual(expected)
    expect((await rowsIn('x.parquet')).some(({ trajectory, takenIn }) => trajectory !== takenIn)).toBe(true)
  })

  it('writes the advantages that stepgym credit gives, to the last bit, and those of tokens', async () => {
    await exported(
      '--format',
      'parquet',
      '--estimator',
      'grpo,gigpo',
      '--options',
      'gigpo.gamma=0.9',
      '--out',
      'x.parquet',
    )
    await run(
      ['credit', 'a', '--estimator', 'grpo,gigpo', '--options', 'gigpo.gamma=0.9', '--tokens', '--out', 'c.jsonl'],
      { folder },
    )
    const columns = (await rowsIn('x.parquet')).map((row) => ({
      trajectoryId: row.trajectory,
      index: row.step,
      grpo: row['advantages.grpo'],
      gigpo: row['advantages.gigpo'],
      tokens: { grpo: row['tokenAdvantages.grpo'], gigpo: row['tokenAdvantages.gigpo'] },
    }))
    expect(columns).toEqual(linesOf(join(folder, 'c.jsonl')))
  })

  it('has what was recorded of every step', async () => {
    await exported('--format', 'parquet', '--out', 'x.parquet')
    const steps = Array.from(readRun(join(folder, 'a')).trajectories(), ({ trajectory }) => trajectory).flatMap(
      (each) => each.steps,
    )
    const rows = await rowsIn('x.parquet')
    const byPlace = new Map(steps.map((step) => [`${step.trajectoryId}/${step.index}`, step]))
    expect(rows).toHaveLength(steps.length)
    for (const row of rows) {
      const step = byPlace.get(`${row.trajectory}/${row.step}`)
      expect(row).toMatchObject({
        action: step?.action,
        observation: step?.observation,
        nextObservation: step?.nextObservation,
        isActionValid: step?.isActionValid,
        'signals.env': step?.rewards.find(({ name }) => name === 'env')?.value,
        'signals.half': step?.rewards.find(({ name }) => name === 'half')?.value,
        promptTokenIds: step?.evidence?.kind === 'token' ? step.evidence.promptTokenIds : null,
        environment: 'stroll@1',
      })
    }
    expect(rows.find((row) => row['signals.half'] === null)?.reasons).toBe('{"half":"declined"}')
  })

  it('has lists of the format, with three levels, and says what actions are', async () => {
    await exported('--format', 'parquet', '--out', 'x.parquet')
    const { schema, key_value_metadata: notes } = await parquetMetadataAsync(await file('x.parquet'))
    const at = schema.findIndex(({ name }: SchemaElement) => name === 'promptTokenIds')
    expect(schema.slice(at, at + 3)).toMatchObject([
      { repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'INT32' },
    ])
    expect(JSON.parse(notes?.[0]?.value ?? '')).toMatchObject({ environment: 'stroll@1', actions: 'text' })
  })

  it('has sequences of tokens, in which what was shown is masked', async () => {
    const { json } = await exported(
      '--format',
      'parquet',
      '--grain',
      'tokens',
      '--estimator',
      'grpo',
      '--out',
      'x.parquet',
    )
    expect(json).toMatchObject({ grain: 'tokens', rows: 12, trajectories: 12 })
    const rows = await rowsIn('x.parquet')
    const long = rows.find((row) => row.responseTokenIds.length === 5)
    expect(long).toMatchObject({
      sequence: 0,
      promptTokenIds: [1, 2],
      responseTokenIds: [10, 20, 11, 21, 12],
      responseMask: [1, 0, 1, 0, 1],
      logProbs: [-0.5, 0, -1.5, 0, -2.5],
      stepOf: [0, -1, 1, -1, 2],
    })
    const advantage = long?.['advantages.grpo'][0]
    expect(long?.['advantages.grpo']).toEqual([advantage, 0, advantage, 0, advantage])
  })

  it('begins another sequence where a prompt does not continue the tokens before it', async () => {
    const forgetful = {
      ...walker,
      act: async (context: Parameters<typeof walker.act>[0]) => {
        const { action, evidence } = await walker.act(context)
        return evidence?.kind === 'token' && context.history.length === 2
          ? { action, evidence: { ...evidence, promptTokenIds: [7] } }
          : { action, ...(evidence && { evidence }) }
      },
    }
    await strollRun(join(folder, 'b'), { groups: 1, agent: forgetful })
    await runJson(['export', 'b', '--format', 'parquet', '--grain', 'tokens', '--out', 'x.parquet'], { folder })
    const [first, second] = (await rowsIn('x.parquet')).filter((row, _, all) =>
      all.some((other) => other.trajectory === row.trajectory && other.sequence === 1),
    )
    expect(first).toMatchObject({ sequence: 0, responseTokenIds: [10, 20, 11], stepOf: [0, -1, 1] })
    expect(second).toMatchObject({ sequence: 1, promptTokenIds: [7], responseTokenIds: [12], stepOf: [2] })
  })
})

describe('an exported file', () => {
  it('says what is left out of a torn run, by name, and keeps the rest', async () => {
    const lines = readFileSync(segmentOf(join(folder, 'a')), 'utf8').split('\n')
    const end = lines.findLastIndex((line) => line.startsWith('{"type":"end"'))
    writeFileSync(segmentOf(join(folder, 'a')), `${lines.slice(0, end).join('\n')}\n{"type":"en`)
    const { code, out } = await run(['export', 'a', '--format', 'parquet', '--out', 'x.parquet'], { folder })
    expect(code).toBe(0)
    const [, unfinished = ''] =
      /left out: 1 trajectory not finished: the record stops before the end \((.*)\)/.exec(out) ?? []
    expect(out).toContain('left out: the last line of the record, which a crash tore (11 bytes)')
    const ids = new Set((await rowsIn('x.parquet')).map(({ trajectory }) => trajectory))
    expect(ids.size).toBe(11)
    expect(unfinished).toMatch(/^g2\.\d$/)
    expect(ids.has(unfinished)).toBe(false)
    const { json } = await exported('--format', 'chat', '--out', 'x.jsonl')
    expect(json).toMatchObject({
      tornBytes: 11,
      trajectories: 11,
      leftOut: { unfinished: { count: 1, ids: [unfinished] } },
    })
  })

  it('leaves out aborted trajectories, as credit does', async () => {
    let acts = 0
    const failing = {
      ...walker,
      act: (context: Parameters<typeof walker.act>[0]) =>
        acts++ === 1 ? Promise.reject(new Error('lost')) : walker.act(context),
    }
    await strollRun(join(folder, 'b'), { groups: 1, agent: failing })
    const { json } = await runJson(['export', 'b', '--format', 'verl', '--out', 'x.parquet'], { folder })
    expect(json).toMatchObject({
      trajectories: 3,
      leftOut: { aborted: { count: 1, ids: [expect.stringMatching(/^g0\./)] } },
    })
  })

  it('never replaces anything, a link neither', async () => {
    writeFileSync(join(folder, 'there'), 'mine')
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'))
    for (const name of ['there', 'link'])
      expect((await exported('--format', 'chat', '--out', name)).json.error).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('exists: name another file with --out'),
      })
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('mine')
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  })

  it('is refused where no file can be', async () => {
    for (const out of ['a'.repeat(300), 'no/folder/x.parquet', 'a/manifest.json/x'])
      expect((await exported('--format', 'chat', '--out', out)).json.error).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('cannot be written'),
      })
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('is not replaced by another that was written at the same time, nor torn by it', async () => {
    const path = join(folder, 'x')
    const written = writeNew(path, async (fd) => {
      writeFileSync(path, 'first')
      writeSync(fd, 'second')
    })
    await expect(written).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(readdirSync(folder).sort()).toEqual(['a', 'x'])
  })

  it('does not appear where the run is damaged, or an estimator has no advantages', async () => {
    const { json: none } = await exported('--format', 'parquet', '--estimator', 'prime', '--out', 'x.parquet')
    expect(none.error).toMatchObject({
      code: 'SIGNAL_MISSING',
      message: expect.stringMatching(/^prime has no advantages: /),
    })
    const path = segmentOf(join(folder, 'a'))
    writeFileSync(path, readFileSync(path, 'utf8').replace('"right"', '"reght"'))
    const { code, json } = await exported('--format', 'parquet', '--out', 'x.parquet')
    expect(code).toBe(1)
    expect(json.error.code).toBe('RECORD_CORRUPT')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('is beside the run by default, and never within it', async () => {
    expect((await exported('--format', 'parquet')).json.out).toBe('a.steps.parquet')
    expect((await exported('--format', 'sft', '--grain', 'tokens')).json.out).toBe('a.sft-tokens.jsonl')
    expect(readdirSync(folder).sort()).toEqual(['a', 'a.sft-tokens.jsonl', 'a.steps.parquet'])
  })

  it.each([
    [['--format', 'parquet', '--score', 'env'], '--score is for the formats sft, dpo, prm, and not for parquet'],
    [['--format', 'chat', '--min-score', '1'], '--min-score is for the formats sft, and not for chat'],
    [['--format', 'verl', '--bare'], '--bare is for the formats chat, atif, sharegpt, verifiers, and not for verl'],
    [['--format', 'chat', '--grain', 'tokens'], '--grain tokens is for the formats parquet and sft, and not for chat'],
    [['--format', 'parquet', '--recipe', 'outcome-only'], 'name an estimator with --estimator'],
    [['--format', 'dpo', '--score', 'arived'], 'the run has no signal arived: did you mean arrived?'],
  ])('%j is refused, since a flag would do nothing', async (args, message) => {
    const { json } = await exported(...args)
    expect(json.error.message).toContain(message)
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('is written while the run is read: a family is done as soon as its last member is', () => {
    const path = join(folder, 'a')
    let pulled = 0
    const counting = {
      *trajectories() {
        for (const each of readRun(path).trajectories()) {
          pulled++
          yield each
        }
      },
    }
    const families = familiesOf(counting, surveyOf(readRun(path)), new Losses())
    for (const group of ['g0', 'g1', 'g2']) {
      expect(families.next().value?.map(({ groupId }) => groupId)).toEqual(new Array(4).fill(group))
      expect(pulled).toBe(4 * (1 + Number(group.slice(1))))
    }
  })
})

describe('a Parquet file', () => {
  it('refuses numbers that its column does not hold, rather than wrap them around', () => {
    const table = new ParquetFile<number>(1, [{ name: 'ids', kind: 'int32s', value: (id) => [id] }], {})
    expect(() => table.add(2 ** 31)).toThrow('the column ids holds whole numbers to 2147483647, and not 2147483648')
  })
})
