import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

const folder = newFolder()

beforeAll(async () => {
  const args = ['--env', 'webshop', '--agent', 'shop-expert', '--groups', '1', '--group-size', '2']
  await run(['rollout', ...args, '--out', 'run'], { folder })
})

describe('stepgym eval probes', () => {
  it('says how good forced answers are at each budget, and draws it', async () => {
    const args = [
      'eval',
      'probes',
      'run',
      '--take',
      'click[buy now]',
      '--budgets',
      '0,2,90',
      '--k',
      '2',
      '--plot',
      'p.svg',
    ]
    const { code, json } = await runJson(args, { folder })
    expect([code, json]).toMatchObject([
      0,
      { unit: 'steps', budgets: [0, 2, 90], k: 2, leftOut: 0, taken: 4, episodes: [{ prefixes: { length: 3 } }, {}] },
    ])
    expect(json.curve).toMatchObject([
      { accuracy: 0, answered: 0, whole: 0 },
      { answered: 1 },
      { score: 1, accuracy: 1, whole: 1, entropy: null },
    ])
    expect(readFileSync(join(folder, 'p.svg'), 'utf8')).toContain('entropy of answers')
    expect((await run(args, { folder })).out).toMatch(/anytime score: .* \(uniform\)/)
  })

  it('says so where an action to take was admissible nowhere', async () => {
    const { out } = await run(['eval', 'probes', 'run', '--take', 'click[nothing]', '--budgets', '0', '--k', '1'], {
      folder,
    })
    expect(out).toContain('no action of --take was admissible after any prefix')
  })

  it('divides the longest episode in four where no budgets are given', async () => {
    const { json } = await runJson(['eval', 'probes', 'run', '--k', '1', '--trajectory', '0.0'], { folder })
    expect(json.budgets).toHaveLength(5)
    expect(json.curve).toMatchObject([{ whole: 0 }, {}, {}, {}, { whole: 1 }])
  })

  it.each([
    [['--budgets', '4,2'], 'whole numbers from 0 that rise'],
    [['--budgets', '-1'], 'whole numbers from 0 that rise'],
    [['--unit', 'tokens'], 'no episode of the run has the tokens of its actions'],
    [['--trajectory', 'none'], 'the run has no trajectory none'],
    [['--k', '0'], 'whole number from 1'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await run(['eval', 'probes', 'run', ...flags], { folder })
    expect(code).toBeGreaterThan(0)
    expect(err).toContain(message)
  })
})
