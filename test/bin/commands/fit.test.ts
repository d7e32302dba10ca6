import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const folder = newFolder()
const QUICK = ['--epochs', '3', '--features', '64', '--hidden', '4']

beforeAll(async () => {
  const args = ['--env', 'webshop', '--agent', 'shop-novice', '--groups', '3', '--group-size', '2', '--hook', 'success']
  await run(['rollout', ...args, '--out', 'run'], { folder })
})

const stepsOf = (name: string) =>
  [...readRun(join(folder, name)).trajectories()].flatMap(({ trajectory: { steps } }) => steps)

describe('stepgym fit', () => {
  it('learns a model from a run and says how far its sums are from outcomes', async () => {
    const { code, json } = await runJson(['fit', 'run', '--out', 'a.safetensors', ...QUICK], { folder })
    expect([code, json]).toMatchObject([
      0,
      {
        outcome: 'return',
        unknown: 0,
        epochs: 3,
        isInterrupted: false,
        trained: { episodes: 4 },
        heldOut: { episodes: 2 },
      },
    ])
    const printed = await run(['fit', 'run', '--out', 'b.safetensors', ...QUICK], { folder })
    expect(printed.out).toMatch(/held out +2 +\d\.\d{4}/)
    expect(printed.out).toContain(`model ${json.version} in b.safetensors`)
  })

  it('says where nothing was held out', async () => {
    const { out } = await run(['fit', 'run', '--out', 'all.safetensors', ...QUICK, '--hold-out', '0'], { folder })
    expect(out).toContain('nothing was held out')
    expect(out).not.toMatch(/^held out/m)
  })

  it('writes a model that judges a run again, whose contributions then sum to the outcome exactly', async () => {
    await run(['fit', 'run', '--out', 'c.safetensors', '--outcome', 'success', ...QUICK], { folder })
    const exact = 'contribution:form=exact,grounding=0'
    const args = [
      '--reward-model',
      join(folder, 'c.safetensors'),
      '--device',
      'cpu',
      '--hook',
      'success',
      '--hook',
      exact,
    ]
    expect((await run(['rescore', 'run', ...args, '--out', 'judged'], { folder })).err).toBe('')
    for (const { trajectory } of readRun(join(folder, 'judged')).trajectories()) {
      const sum = (name: string): number =>
        trajectory.steps.reduce(
          (total, { rewards }) => total + Number(rewards.find((each) => each.name === name)?.value),
          0,
        )
      expect(sum('contribution')).toBeCloseTo(
        Number(trajectory.rewards.find(({ name }) => name === 'success')?.value),
        9,
      )
      expect(sum('step-contribution')).not.toBeNaN()
    }
    expect(stepsOf('judged').length).toBe(stepsOf('run').length)
  })

  it('refuses a file that is there, an outcome that no episode has, and options out of range', async () => {
    await run(['fit', 'run', '--out', 'd.safetensors', ...QUICK], { folder })
    expect(await run(['fit', 'run', '--out', 'd.safetensors'], { folder })).toMatchObject({
      code: 1,
      err: expect.stringContaining('d.safetensors is there already'),
    })
    expect(await run(['fit', 'run', '--out', 'e.safetensors', '--outcome', 'none'], { folder })).toMatchObject({
      err: expect.stringContaining('no episode of the run that ended has an outcome none'),
    })
    expect((await run(['fit', 'run', '--out', 'e.safetensors', '--hold-out', '1'], { folder })).err).toContain(
      'holdOut',
    )
    expect(existsSync(join(folder, 'e.safetensors'))).toBe(false)
  })
})
