import { beforeAll, describe, expect, it } from 'vitest'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

const RETAIL = ['rollout', '--env', 'tools/retail', '--agent', 'expert:noise=0.3', '--groups', '2', '--group-size', '4']

describe('stepgym eval rewards', () => {
  let folder: string
  beforeAll(async () => {
    folder = newFolder()
    await run([...RETAIL, '--hook', 'success', '--out', 'judged'], { folder })
    await run([...RETAIL, '--out', 'plain'], { folder })
  })

  it('measures the recorded signals of steps', async () => {
    const { code, json } = await runJson(['eval', 'rewards', 'judged'], { folder })
    expect(code).toBe(0)
    expect(json).toMatchObject({ success: 'success', unknown: 0, signals: { env: { trajectories: 8 } } })
    const { successes, aggregates } = json.signals.env
    expect(successes).toBeGreaterThan(0)
    expect(successes).toBeLessThan(8)
    expect(aggregates[0]).toMatchObject({ aggregate: 'sum', pairAccuracy: 1, auroc: 1 })
  })

  it('judges a run again by other hooks, and does not change it', async () => {
    const judged = await run(['eval', 'rewards', 'plain', '--hook', 'gold-progress'], { folder })
    expect(judged.code).toBe(0)
    for (const name of ['env', 'gold-progress']) expect(judged.out).toMatch(new RegExp(`^${name} +sum +\\d\\.\\d`, 'm'))
    expect((await run(['eval', 'rewards', 'plain'], { folder })).code).toBe(1)
  })

  it('says what to do where it is not known what succeeded', async () => {
    const { code, err } = await run(['eval', 'rewards', 'plain'], { folder })
    expect([code, err]).toEqual([1, expect.stringMatching(/SIGNAL_MISSING.*--hook success/)])
  })

  it('takes another signal for the success', async () => {
    const args = ['eval', 'rewards', 'plain', '--hook', 'success:threshold=0', '--hook', 'gold-progress']
    const { json } = await runJson([...args, '--success', 'success'], { folder })
    expect(json.signals.env.successes).toBe(8)
    const { code } = await run(['eval', 'rewards', 'judged', '--success', 'nothing'], { folder })
    expect(code).toBe(1)
  })
})
