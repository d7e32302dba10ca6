import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import random from '../../../agents/random.ts'
import { connect } from '../../../agents/remote/gym.ts'
import { playEpisode } from '../../../agents/remote/play.ts'
import { rolloutRemote } from '../../../agents/remote/rollout.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { readRun } from '../../../records/index.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { share } from '../../support/long.ts'
import { deadUrl } from '../../support/remote/fake-server.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A server in a process of its own, once it listens. */
async function serving(port: string, folder: string): Promise<ChildProcess> {
  const args = ['serve', '--env', 'guess-number', '--port', port, '--record', 'runs', '--json']
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

/** It is killed in the fourth turn, and then in every eighth. */
const TURNS = share(8, 20)

describe('a server that is killed and started again', () => {
  it('continues with its clients where it was, and its record has every step that they saw', async () => {
    const folder = newFolder()
    const { port } = new URL(await deadUrl())
    const first = await serving(port, folder)
    const gym = await connect(`http://127.0.0.1:${port}`, { retry: { attempts: 1000, baseMs: 20, maxMs: 200 } })
    const agent = await createAgent(random)
    let acts = 0
    const killing = {
      ...agent,
      async act(context: Parameters<typeof agent.act>[0]) {
        if (++acts === 5) {
          first.kill('SIGKILL')
          await once(first, 'exit')
          await serving(port, folder)
        }
        return agent.act(context)
      },
    }
    const episode = await gym.reset({ seed: 11 })
    const { steps, agentFailure } = await playEpisode(episode, { agent: killing })
    expect({ agentFailure, ending: episode.ending }).toEqual({ agentFailure: null, ending: 'truncated' })
    const { trajectories } = await rolloutRemote(gym, { size: 2, seed: 12 }, { agent })
    expect(trajectories).toHaveLength(2)
    await gym.close()
    const recorded = [...readRun(join(folder, 'runs', 'guess-number')).trajectories()]
    const own = recorded.find(({ trajectory }) => trajectory.id === episode.id)
    expect(own?.trajectory.steps.map(({ action, nextObservation }) => [action, nextObservation])).toEqual(
      steps.map(({ action, observation }) => [action, observation]),
    )
  })

  it('continues with its groups, which close with their credit, and subscribes again', async () => {
    const folder = newFolder()
    const { port } = new URL(await deadUrl())
    const first = await serving(port, folder)
    const retry = { attempts: 1000, baseMs: 20, maxMs: 200 }
    const [gym, other] = await Promise.all([1, 2].map(() => connect(`http://127.0.0.1:${port}`, { retry })))
    if (!gym || !other) throw new Error('no connection')
    await gym.subscribe(['step.taken'])
    const events = gym.events()
    const { episodes, closed } = await gym.group({ size: 2, seed: 3, credit: [{ estimator: 'rloo' }] })
    const { snapshot } = (await episodes[0]?.snapshot()) ?? {}
    first.kill('SIGKILL')
    await once(first, 'exit')
    await serving(port, folder)
    for (const [member, episode] of episodes.entries())
      while (episode.ending === null) await episode.step(`${member + 1}`)
    const { members, credit } = await closed
    expect(members.map(({ steps }) => steps.length)).toEqual([8, 8])
    expect(credit.map(({ members: credited }) => credited?.map(({ advantages }) => advantages.length))).toEqual([
      [8, 8],
    ])
    expect((await gym.restore({ snapshot: snapshot ?? '' })).index).toBe(0)
    const seen = await other.reset()
    await seen.step('50')
    expect(await events.next()).toMatchObject({ value: { type: 'group.closed' } })
    expect(await events.next()).toMatchObject({ value: { type: 'step.taken', episode: seen.id } })
    await Promise.all([gym.close(), other.close()])
  })

  it('continues with its vectors, and takes no turn twice', async () => {
    const folder = newFolder()
    const { port } = new URL(await deadUrl())
    let server = await serving(port, folder)
    const gym = await connect(`http://127.0.0.1:${port}`, { retry: { attempts: 1000, baseMs: 20, maxMs: 200 } })
    const vector = await gym.vector({ autoreset: 'same-step', slots: [{ seed: 1 }, { seed: 2 }, { seed: 3 }] })
    const seen = new Map<string, string[]>()
    for (let turn = 0; turn < TURNS; turn++) {
      const stepping = vector.step(['50', `${turn}`, `${100 - turn}`])
      if (turn % 8 === 3) {
        server.kill('SIGKILL')
        await once(server, 'exit')
        server = await serving(port, folder)
      }
      for (const { step, error } of await stepping) {
        expect(error).toBe(null)
        if (step) seen.set(step.episode, [...(seen.get(step.episode) ?? []), step.observation])
      }
    }
    const recorded = [...readRun(join(folder, 'runs', 'guess-number')).trajectories()]
    for (const [id, observations] of seen) {
      const own = recorded.find(({ trajectory }) => trajectory.id === id)
      expect(own?.trajectory.steps.map(({ nextObservation }) => nextObservation)).toEqual(observations)
    }
    expect([...seen.values()].flat()).toHaveLength(3 * TURNS)
    await gym.close()
  })
})
