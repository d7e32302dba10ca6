import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { connect, connectOpenEnv } from '../../../agents/remote/client.ts'
import { readRun } from '../../../records/index.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'

const COUNT = 2

interface Gym {
  readonly process: ChildProcess
  readonly url: string
  readonly record: string
}

async function serving(record = join(newFolder(), 'runs')): Promise<Gym> {
  const port = await freePort()
  const args = ['serve', '--env', 'guess-number', '--workers', `${COUNT}`, '--record', record, '--port', `${port}`]
  const child = spawn(process.execPath, [compiledPath('bin/stepgym.ts'), ...args], {
    cwd: newFolder(),
    stdio: 'ignore',
  })
  closeAfterTest(() => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/ready`).catch(() => null))?.ok) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    await sleep(50)
  }
  return { process: child, url: `${url}/guess-number`, record }
}

const folderOf = ({ record }: Gym, worker: number): string => join(record, `worker-${worker}`, 'guess-number')

/** Process of a worker, by the lock of its record; null while it has none. */
function pidOf(gym: Gym, worker: number): number | null {
  try {
    const [name] = readdirSync(join(folderOf(gym, worker), 'lock'))
    return Number(name?.split('-')[0]) || null
  } catch {
    return null
  }
}

interface Acknowledged {
  readonly episode: string
  readonly actions: string[]
}

/** Plays one episode after the other in a session, until it is to end. */
async function playing(gym: Gym, seed: number, until: () => boolean, acknowledged: Acknowledged[]): Promise<void> {
  const client = await connect(gym.url, { retry: { attempts: 200, baseMs: 20, maxMs: 300 } })
  for (let number = seed; !until(); number += 100) {
    const episode = await client.reset({ seed: number })
    const played: Acknowledged = { episode: episode.id, actions: [] }
    acknowledged.push(played)
    while (episode.ending === null && !until()) {
      const action = `${((number + played.actions.length * 13) % 100) + 1}`
      await episode.step(action)
      played.actions.push(action)
    }
  }
  await client.close()
}

const recordedIn = (gym: Gym): readonly ReadonlyMap<string, readonly unknown[]>[] =>
  [0, 1].map(
    (worker) =>
      new Map(
        [...readRun(folderOf(gym, worker)).trajectories()].map(({ trajectory }) => [
          trajectory.id,
          trajectory.steps.map(({ action }) => action),
        ]),
      ),
  )

describe('servers behind one address', () => {
  it('continue the sessions of one that is killed, and lose no step', async () => {
    const gym = await serving()
    const acknowledged: Acknowledged[] = []
    let isOver = false
    const players = Array.from({ length: 8 }, (_, seed) => playing(gym, seed, () => isOver, acknowledged))
    const taken = (): number => acknowledged.reduce((sum, { actions }) => sum + actions.length, 0)
    for (const worker of [0, 1, 0]) {
      const before = taken()
      while (taken() < before + 200) await sleep(10)
      const pid = pidOf(gym, worker)
      expect(pid).not.toBeNull()
      if (pid !== null) process.kill(pid, 'SIGKILL')
      while (pidOf(gym, worker) === null || pidOf(gym, worker) === pid) await sleep(10)
    }
    const before = taken()
    while (taken() < before + 200) await sleep(10)
    isOver = true
    await Promise.all(players)
    const ended = new Promise((resolve) => gym.process.once('exit', resolve))
    gym.process.kill('SIGTERM')
    expect(await ended).toBe(0)
    const [first, second] = recordedIn(gym)
    expect([first?.size, second?.size].every((size) => (size ?? 0) > 0)).toBe(true)
    for (const { episode, actions } of acknowledged) {
      const places = [first?.get(episode), second?.get(episode)].filter((each) => each !== undefined)
      expect(places).toHaveLength(1)
      expect(places[0]).toEqual(actions)
    }
  })

  it('play with the clients of both protocols, and keep groups whole', async () => {
    const gym = await serving()
    for (let group = 0; group < 6; group++) {
      const members = await Promise.all([0, 1, 2].map(() => connectOpenEnv(gym.url)))
      for (const member of members) await member.reset({ group_id: `g${group}`, group_size: 3, seed: 5 })
      for (const member of members) await member.step({ action: '50' })
      for (const member of members) member.close({ truncate: 'enough' })
    }
    const native = await connect(gym.url)
    const group = await native.group({ size: 3, seed: 4 })
    for (const episode of group.episodes) await episode.step('1')
    await native.close()
    const ended = new Promise((resolve) => gym.process.once('exit', resolve))
    gym.process.kill('SIGTERM')
    await ended
    const groups = [0, 1].map((worker) => [...readRun(folderOf(gym, worker)).groups()])
    expect(groups.flat().map(({ members }) => members.length)).toEqual([3, 3, 3, 3, 3, 3, 3])
    expect(groups.every((own) => own.length > 0)).toBe(true)
  })

  it('do not start where one of them cannot', async () => {
    const folder = newFolder()
    const args = ['serve', '--env', 'no-such-environment', '--workers', '2', '--port', '0']
    const child = spawn(process.execPath, [compiledPath('bin/stepgym.ts'), ...args], { cwd: folder })
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(1)
    expect(text).toMatch(/ENV_UNKNOWN/)
    expect(text).toMatch(/worker \d ended before it served/)
  })
})
