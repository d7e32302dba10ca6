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
import { late } from '../../support/server/native-worlds.ts'

const hooks = [success, late]
const SMALL = ['--env', 'guess-number', '--agent', 'random', '--groups', '3', '--group-size', '2', '--seed', '5']

async function recording() {
  const folder = newFolder()
  const setup = { agent: 'clients', hooks: hookSet(hooks) }
  const runStoreOf = (world: Parameters<typeof recordedStore>[1]['world']) =>
    recordedStore(join(folder, 'run'), { world, ...setup })
  const server = await served([guessNumber], { hooks, runStoreOf })
  return { folder, server }
}

const actionsOf = (folder: string) =>
  [...readRun(folder).trajectories()]
    .map(({ trajectory: { seed, member, steps } }) => [`${seed} ${member}`, steps.map(({ action }) => action)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

describe('stepgym rollout --server', () => {
  it('plays what it plays here, and the server records it', async () => {
    const { folder, server } = await recording()
    const { code, json } = await runJson(['rollout', ...SMALL, '--server', server.url], { folder })
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ...{ run: null, environment: 'guess-number@1', agent: 'random', split: 'train', seed: 5, isInterrupted: false },
      remote: { server: server.url, lateRewards: json.summary.steps },
      summary: { episodes: 6, invalidActions: 0 },
    })
    expect(json.summary.signals.map(({ name }: { name: string }) => name)).toEqual(['env', 'late', 'success'])
    await run(['rollout', ...SMALL, '--out', 'local'], { folder })
    expect(actionsOf(join(folder, 'run'))).toEqual(actionsOf(join(folder, 'local')))
  })

  it('samples until enough groups differ, as it does here', async () => {
    const { folder, server } = await recording()
    const args = ['rollout', ...SMALL, '--group-size', '4', '--keep', 'spread:outcome=return']
    const { json } = await runJson([...args, '--server', server.url], { folder })
    const local = await runJson([...args, '--out', 'local'], { folder })
    const { kept, ...counts } = json.dynamic
    expect(kept).toHaveLength(3)
    expect(counts).toEqual({ ...local.json.dynamic, kept: undefined })
    expect(actionsOf(join(folder, 'run'))).toEqual(actionsOf(join(folder, 'local')))
  })

  it('prints what was earned, and where; takes the server and its token from the environment', async () => {
    const token = 'a-good-token'
    const { url } = await served([guessNumber], { hooks, tokens: [{ role: 'trainer', token }] })
    const variables = { STEPGYM_SERVER: url, STEPGYM_TOKEN: token }
    const { code, out, err } = await run(['rollout', ...SMALL], { variables })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^guess-number@1, split train: random, seed 5\n6 episodes, \d+ steps /)
    expect(out).toMatch(
      /\nplayed on http:\/\/127\.0\.0\.1:\d+, whose record it is; \d+ rewards came after their steps\n$/,
    )
    const inAddress = await run(['rollout', ...SMALL, '--server', `${url}/t/${token}`])
    expect(inAddress.out).toContain(`played on ${url}/t/***, whose`)
  })

  it.each([
    [['--hook', 'success'], 'CONFIG_INVALID: --hook is for the server to decide'],
    [['--out', 'run'], 'CONFIG_INVALID: --out is for the server to decide: give --record to stepgym serve'],
    [['--set', 'a=1'], 'CONFIG_INVALID: --set is for the server to decide'],
    [['--fsync'], 'CONFIG_INVALID: --fsync is for the server to decide'],
    [['--split', 'none'], 'TASK_UNKNOWN'],
    [['--env', 'webshop'], 'ENV_UNKNOWN'],
    [['--agent', 'expert'], 'AGENT_UNKNOWN'],
  ])('refuses %j', async (args, message) => {
    const { url } = await served([guessNumber])
    const { code, err } = await run(['rollout', ...SMALL, '--server', url, ...args])
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it('ends in good order when it is interrupted', async () => {
    const { url, host } = await served([guessNumber])
    const signal = AbortSignal.abort()
    expect((await run(['rollout', ...SMALL, '--server', url], { signal })).code).toBe(130)
    await expect.poll(() => host.counts.episodes).toBe(0)
  })
})
