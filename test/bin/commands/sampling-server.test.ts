import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hookSet } from '../../../core/reward/hook.ts'
import guessNumber from '../../../envs/guess-number.ts'
import { readRun } from '../../../records/index.ts'
import success from '../../../rewards/hooks/success.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { served } from '../../support/server/client.ts'

async function recording() {
  const folder = newFolder()
  const setup = { agent: 'clients', hooks: hookSet([success]) }
  const runStoreOf = (world: Parameters<typeof recordedStore>[1]['world']) =>
    recordedStore(join(folder, 'theirs'), { world, ...setup })
  return { folder, server: await served([guessNumber], { hooks: [success], runStoreOf }) }
}

/** Actions, branch by branch, without the names of branches. */
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

  it('intervenes in a recorded trajectory, whose actions are taken on the server again', async () => {
    const { folder, server } = await recording()
    const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '1', '--group-size', '2', '--seed', '4']
    await run(['rollout', ...args, '--out', 'source'], { folder })
    const [source] = [...readRun(join(folder, 'source')).trajectories()]
    const id = source?.trajectory.id ?? ''
    const request = ['--from', 'source', '--trajectory', id, '--step', '2', '--action', '50', '--k', '3']
    const there = await runJson(['rollout', '--sampling', 'intervene', '--server', server.url, ...request], { folder })
    const here = await runJson(['rollout', '--sampling', 'intervene', ...request, '--out', 'ours'], { folder })
    expect([there.code, here.code]).toEqual([0, 0])
    expect(there.json.sampling).toEqual(here.json.sampling)
    await server.close()
    const branchesOf = (name: string) =>
      movesOf(join(folder, name))
        .map((line) => JSON.parse(line))
        .map(([, , past, , actions]) => [past, actions])
    expect(branchesOf('theirs')).toContainEqual([0, source?.trajectory.steps.map(({ action }) => action)])
    const futures = branchesOf('theirs').filter(([past]) => past === 2)
    expect(futures.map(([, actions]) => actions[0])).toEqual(['50', '50', '50'])
    expect((await run(['replay', 'theirs'], { folder })).code).toBe(0)
  })

  it('names the step that leads elsewhere on the server than in the record', async () => {
    const folder = newFolder()
    const other = { ...guessNumber, reset: () => ({ target: 101, answer: 'guess a number from 1 to 100' }) }
    const server = await served([other])
    const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '1', '--group-size', '1', '--seed', '4']
    await run(['rollout', ...args, '--out', 'source'], { folder })
    const request = ['--from', 'source', '--trajectory', '0.0', '--step', '1', '--action', '50']
    const { code, json } = await runJson(['rollout', '--sampling', 'intervene', '--server', server.url, ...request], {
      folder,
    })
    expect([code, json.error.code]).toEqual([1, 'REPLAY_DIVERGED'])
    expect(json.error.message).toContain('led elsewhere on this server')
  })
})
