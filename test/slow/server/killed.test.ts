import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { compiledPath } from '../../support/compiled.ts'
import { freePort } from '../../support/free-port.ts'
import { Client } from '../../support/server/client.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
const folder = mkdtempSync(join(tmpdir(), 'stepgym-killed-'))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A server in a process of its own, recording into the folder. */
async function serving(port: number): Promise<ChildProcess> {
  const args = ['serve', '--env', 'guess-number', '--record', 'runs', '--port', `${port}`]
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
  children.push(child)
  while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return child
}

interface Acknowledged {
  readonly episode: string
  readonly actions: string[]
}

/** Plays one episode after the other until the server is gone. */
async function playOn(port: number, name: string, acknowledged: Acknowledged[]): Promise<void> {
  const client = new Client(`ws://127.0.0.1:${port}/ws`)
  await once(client.socket, 'open')
  for (let number = 0; client.closed === null; number++) {
    const episode = { episode: `${name}-${number}`, actions: [] as string[] }
    await client.reset({ episode_id: episode.episode })
    acknowledged.push(episode)
    for (let step = 0, isDone = false; !isDone; step++) {
      const { data } = await client.step(`${((number + step * 7) % 100) + 1}`)
      episode.actions.push(`${((number + step * 7) % 100) + 1}`)
      isDone = data.done === true
    }
  }
}

describe('a recording server that is killed', () => {
  it('has every acknowledged step in its record, and continues with it when it is started again', async () => {
    const acknowledged: Acknowledged[] = []
    for (const round of ['first', 'second', 'third']) {
      const port = await freePort()
      const child = await serving(port)
      const playing = Array.from({ length: 4 }, (_, client) =>
        playOn(port, `${round}-${client}`, acknowledged).catch(() => null),
      )
      await new Promise((resolve) => setTimeout(resolve, 300))
      child.kill('SIGKILL')
      await Promise.all(playing)
    }
    const recorded = new Map(
      [...readRun(join(folder, 'runs', 'guess-number')).trajectories()].map(({ trajectory }) => [
        trajectory.id,
        trajectory.steps.map(({ action }) => action),
      ]),
    )
    expect(acknowledged.length).toBeGreaterThan(12)
    for (const { episode, actions } of acknowledged)
      expect(recorded.get(episode)?.slice(0, actions.length)).toEqual(actions)
  })
})
