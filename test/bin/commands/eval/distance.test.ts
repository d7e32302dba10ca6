import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

describe('stepgym eval distance', () => {
  it('compares the signals of a run by STARC distance, raw distance and order of episodes', async () => {
    const folder = newFolder()
    const args = ['--env', 'grid', '--agent', 'random', '--groups', '2', '--max-steps', '12', '--out', 'runs/a']
    await run(['rollout', ...args, '--hook', 'step-cost', '--hook', 'repeated-state'], { folder })
    const { code, json } = await runJson(['eval', 'distance', 'runs/a', '--discount', '0.9'], { folder })
    expect([code, json.form, json.discount]).toEqual([0, 'value', 0.9])
    expect(json.states).toBeGreaterThan(3)
    expect(json.pairs.map(({ first, second }: Record<string, string>) => `${first} ${second}`)).toEqual([
      'env step-cost',
      'env repeated-state',
      'step-cost repeated-state',
    ])
    for (const { distance, raw } of json.pairs)
      for (const each of [distance, raw]) if (each !== null) expect(each >= 0 && each <= 2 + 1e-9).toBe(true)
    const { out } = await run(['eval', 'distance', 'runs/a'], { folder })
    expect(out).toMatch(/\nsignals +distance +raw +same order +pairs\nenv, step-cost /)
  })

  it('sweeps the weight of a signal that is added to another', async () => {
    const folder = newFolder()
    const args = ['--env', 'grid', '--agent', 'random', '--groups', '2', '--max-steps', '12', '--out', 'a']
    await run(['rollout', ...args, '--hook', 'step-cost', '--hook', 'repeated-state'], { folder })
    const sweep = ['eval', 'distance', 'a', '--sweep', 'repeated-state', '--base', 'step-cost', '--betas', '0.001,10']
    const { code, json } = await runJson([...sweep, '--plot', 's.svg'], { folder })
    const [little, much] = json.sweep.figures
    expect([code, json.pairs, little.beta, much.beta]).toEqual([0, [], 0.001, 10])
    expect(little.raw).toBeLessThan(much.raw)
    expect(readFileSync(join(folder, 's.svg'), 'utf8')).toContain('beta 0.001')
    expect((await run(sweep, { folder })).out).toContain('step-cost + beta * repeated-state, beside step-cost')
    for (const [flags, message] of [
      [['--sweep', 'implicit'], 'no step of the run has a signal implicit; there are env, step-cost'],
      [['--betas', '1'], 'say which signal is swept'],
      [['--sweep', 'env', '--betas', '1,0.5'], 'numbers above 0 that rise'],
    ] as const)
      expect((await run(['eval', 'distance', 'a', ...flags], { folder })).err).toContain(message)
  })

  it('refuses a form and a discount that do not exist', async () => {
    expect((await run(['eval', 'distance', 'a', '--form', 'starc'])).code).toBe(2)
    const folder = newFolder()
    await run(['rollout', '--env', 'guess-number', '--agent', 'random', '--groups', '1', '--out', 'a'], { folder })
    const { code, err } = await run(['eval', 'distance', 'a', '--discount', '1'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining('discount')])
  })
})
