import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { estimators } from '../../registry/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

const BATCH = {
  trajectory: ['a', 'b', 'a'],
  group: ['g', 'g', 'g'],
  anchors: { text: ['start', 'start', 'end'] },
  signals: { env: [0, 0, 1], prm: [0.5, 0.25, 0] },
  outcomes: { success: [1, 0, 1] },
}

async function credited(batch: object, ...names: readonly string[]) {
  const folder = newFolder()
  writeFileSync(join(folder, 'steps.json'), JSON.stringify(batch))
  return runJson(['credit', '--batch', 'steps.json', '--estimator', names.join(',')], { folder })
}

const reasonsOf = ({ json }: Awaited<ReturnType<typeof credited>>): readonly (string | undefined)[] =>
  json.estimators.map(({ reason }: { reason: { code: string } | null }) => reason?.code)

describe('stepgym credit, of a made-up batch', () => {
  it('gives the others their answers if rewards are too large for one', async () => {
    const huge = { ...BATCH, signals: { env: [1e308, -1e308, 1e308] }, outcomes: { success: [1e308, -1e308, 1e308] } }
    const all = estimators().names()
    const result = await credited(huge, ...all)
    expect(result.json.error).toBeUndefined()
    expect(result.json.estimators.map(({ name }: { name: string }) => name)).toEqual(all)
    expect(reasonsOf(result)).toContain('ESTIMATOR_INVALID')
    expect(reasonsOf(result)).toContain(undefined)
  })

  it('gives the others their answers if one throws', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'steps.json'), JSON.stringify(BATCH))
    const broken = `export default { name: 'broken', summary: 'throws', consumes: [], defaults: {},
      compute() { throw new TypeError('out of order') } }`
    writeFileSync(join(folder, 'broken.mjs'), broken)
    const args = ['credit', '--batch', 'steps.json', '--estimator', './broken.mjs,grpo']
    const { code, json } = await runJson(args, { folder })
    expect(code).toBe(1)
    expect(json.estimators[0].reason).toEqual({ code: 'ESTIMATOR_INVALID', message: 'broken threw: out of order' })
    expect(json.estimators[1].reason).toBeNull()
  })

  it.each([
    ['of one action', [1, 1, 1e9], /tokenCounts.*1048576/],
    ['of all actions', Array(200).fill(2 ** 20), /have 209715200 tokens, and those of a batch have at most 134217728/],
  ])('refuses a count of tokens that would take all memory: %s', async (_, tokenCounts, message) => {
    const column = <T>(value: T): readonly T[] => tokenCounts.map(() => value)
    const batch = { trajectory: column('a'), group: column('g'), outcomes: { success: column(1) }, tokenCounts }
    const { code, json } = await credited(batch, 'grpo')
    expect(code).toBe(1)
    expect(json.error).toEqual({ code: 'BATCH_INVALID', message: expect.stringMatching(message) })
  })

  it('takes names that objects have by themselves for names', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const named = Object.fromEntries([[name, BATCH.anchors.text]])
      const batch = {
        ...{ trajectory: [name, 'b', name], group: [name, name, name] },
        ...{
          anchors: { ...BATCH.anchors, ...named },
          outcomes: Object.fromEntries([
            ['success', [1, 0, 1]],
            [name, [1, 0, 1]],
          ]),
        },
        signals: Object.fromEntries([
          ['env', [0, 0, 1]],
          [name, [0, 0, 1]],
        ]),
      }
      Object.defineProperty(batch.anchors, name, { value: BATCH.anchors.text, enumerable: true })
      const result = await credited(batch, 'grpo', 'gigpo')
      expect(reasonsOf(result)).toEqual([undefined, undefined])
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Object.hasOwn(Object.prototype, 'text')).toBe(false)
  })

  it('refuses 50,000 lists within each other', async () => {
    const folder = newFolder()
    for (const open of ['[', '{"a":', '{"\\u0061":']) {
      writeFileSync(join(folder, 'steps.json'), open.repeat(50_000))
      const { code, err } = await run(['credit', '--batch', 'steps.json', '--estimator', 'grpo'], { folder })
      expect([code, err]).toEqual([1, expect.stringMatching(/BATCH_INVALID: .*nested more than 256 deep/)])
    }
  })
})
