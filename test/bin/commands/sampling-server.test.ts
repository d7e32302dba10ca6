import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hookSet } from '../../../core/reward.ts'
import guessNumber from '../../../envs/guess-number.ts'
import success from '../../../rewards/hooks/success.ts'
import { readRun } from '../../../server/record/index.ts'
import { recordBook } from '../../../server/record-book.ts'
import { served } from '../../server/client.ts'
import { freshFolder, run, runJson } from '../run.ts'

async function recording() {
  const folder = freshFolder()
  const setup = { agent: 'clients', hooks: hookSet([success]) }
  const bookOf = (world: Parameters<typeof recordBook>[1]['world']) =>
    recordBook(join(folder, 'theirs'), { world, ...setup })
  return { folder, server: await served([guessNumber], { hooks: [success], bookOf }) }
}

/** What was done, branch by branch, whoever named them. */
const movesOf = (folder: string) =>
  [...readRun(folder).trajectories()]
    .map(({ start: { forkPath, past, seed }, trajectory: { steps, ending } }) =>
      JSON.stringify([seed, forkPath, past.length, ending, steps.map(({ action }) => action)]),
    )
    .toSorted()

describe('stepgym rollout --server --sampling', () => {
  it('samples on a server the trees that it samples here, which can be credited and played again there', async () => {
    const { folder, server } = await recording()
    const args = [
      'rollout',
      '--env',
      'guess-number',
      '--groups',
      '3',
      '--seed',
      '5',
      '--sampling',
      'prefix',
      '--k',
      '3',
    ]
    const here = await runJson([...args, '--hook', 'success', '--out', 'ours'], { folder })
    const there = await runJson([...args, '--server', server.url], { folder })
    expect([here.code, there.code]).toEqual([0, 0])
    expect(there.json.sampling).toEqual(here.json.sampling)
    expect(there.json.summary).toEqual(here.json.summary)
    await server.close()
    expect(movesOf(join(folder, 'theirs'))).toEqual(movesOf(join(folder, 'ours')))
    expect((await run(['replay', 'theirs'], { folder })).code).toBe(0)
    const credited = await Promise.all(
      ['ours', 'theirs'].map((name) => runJson(['credit', name, '--estimator', 'fork-relative'], { folder })),
    )
    const spreads = credited.map(({ json }) => [json.steps, json.groups, json.estimators[0].spread])
    expect(spreads[1]?.slice(0, 2)).toEqual(spreads[0]?.slice(0, 2))
    expect(spreads[1]?.[2].deviation).toBeCloseTo(spreads[0]?.[2].deviation, 9)
  })

  it('leaves interventions to where the record is', async () => {
    const { folder, server } = await recording()
    const args = ['rollout', '--sampling', 'intervene', '--server', server.url]
    const { code, json } = await runJson(args, { folder })
    expect([code, json.error.message]).toEqual([1, expect.stringContaining('leave --server out')])
  })
})
