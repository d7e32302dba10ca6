import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

const SMALL = ['--groups', '2', '--group-size', '2']

describe('stepgym eval environments', () => {
  const folder = newFolder()

  it('compares environments by what their experts and chance do in them', async () => {
    const { code, out } = await run(['eval', 'environments', 'household', 'grid', ...SMALL], { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/^household +50 /m)
    expect(out).toMatch(/^grid +40 +– /m)
    expect(out).toContain('correlation of advantages with those of rloo:')
  })

  it('writes the page, which has the command that writes it', async () => {
    const args = ['eval', 'environments', 'household', ...SMALL, '--estimator', 'grpo,gigpo', '--out', 'page/all.md']
    expect((await run(args, { folder })).code).toBe(0)
    const page = readFileSync(join(folder, 'page/all.md'), 'utf8')
    expect(page).toContain(
      '`npx stepgym eval environments household --groups 2 --group-size 2 --estimator grpo,gigpo --out page/all.md`',
    )
    expect(page).toContain('| environment | gigpo |')
  })

  it('plays another agent in place of the expert', async () => {
    const { json } = await runJson(['eval', 'environments', 'grid', '--agent', 'random', ...SMALL], { folder })
    expect(json[0]).toMatchObject({ facts: { expert: { episodes: 4 }, random: { episodes: 4 } } })
    const unknown = await run(['eval', 'environments', 'grid', '--agent', 'nobody', ...SMALL], { folder })
    expect(unknown.code).toBe(1)
  })

  it('lists what cannot be played, with the reason, and continues', async () => {
    const { json } = await runJson(['eval', 'environments', 'openenv', 'household', ...SMALL], { folder })
    expect(json[0]).toMatchObject({ name: 'openenv', facts: null, problem: expect.stringMatching(/^it has no expert/) })
    expect(json[1]).toMatchObject({ name: 'household', facts: { expert: { episodes: 4 } } })
  })

  it('refuses names that it does not know, and an estimator that is named twice', async () => {
    const unknown = await run(['eval', 'environments', 'housholds'], { folder })
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('household')])
    const twice = await run(['eval', 'environments', 'grid', '--estimator', 'rloo,rloo'], { folder })
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('rloo is asked for twice')])
  })
})
