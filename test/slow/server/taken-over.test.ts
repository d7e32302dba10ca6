import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { Client } from '../../support/server/client.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
const OWN_PROCESSES = ['--unshare-pid', '--dev-bind', '/', '/', '--proc', '/proc']
const hasContainers = spawnSync('bwrap', [...OWN_PROCESSES, 'true']).status === 0
/** Above the lease of a lock. */
const LAPSED_MS = 6000

const children: ChildProcess[] = []
const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): void => {
  if (pid !== undefined) process.kill(-pid, name)
}
afterEach(() => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGKILL')
})

interface Started {
  readonly child: ChildProcess
  readonly url: string
  errors(): string
}

/** A server whose processes no other container sees, and which sees none of another: its own number is 2. */
async function startedInContainer(folder: string): Promise<Started> {
  const port = await freePort()
  const args = ['serve', '--env', 'guess-number', '--record', 'runs', '--port', `${port}`]
  const child = spawn('bwrap', [...OWN_PROCESSES, process.execPath, COMMAND, ...args], { cwd: folder, detached: true })
  children.push(child)
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  while (child.exitCode === null && !(await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))) await sleep(50)
  return { child, url: `ws://127.0.0.1:${port}/ws`, errors: () => errors }
}

async function joined(url: string): Promise<Client> {
  const client = new Client(url)
  await once(client.socket, 'open')
  return client
}

describe.skipIf(!hasContainers)('two servers in containers of their own, and one folder', () => {
  it('have one writer: the second is refused, and a paused one that wakes writes and acknowledges nothing', async () => {
    const folder = newFolder()
    const first = await startedInContainer(folder)
    const client = await joined(first.url)
    await client.reset({ episode_id: 'first' })
    await client.step('1')

    const refused = await startedInContainer(folder)
    await refusedBy(refused)

    signal(first.child, 'SIGSTOP')
    await sleep(LAPSED_MS)
    const second = await startedInContainer(folder)
    const other = await joined(second.url)
    await other.reset({ episode_id: 'second' })
    await other.step('1')

    signal(first.child, 'SIGCONT')
    client.send({ type: 'step', data: { action: '2' } })
    await expect.poll(() => JSON.stringify(client.frames.at(-1))).toContain('RECORD_FAILED')
    await other.step('2')
    signal(second.child, 'SIGTERM')
    await once(second.child, 'exit')
    const recorded = [...readRun(join(folder, 'runs', 'guess-number')).trajectories()]
    const actionsOf = new Map(recorded.map(({ trajectory: { id, steps } }) => [id, steps.map(({ action }) => action)]))
    expect(actionsOf).toEqual(
      new Map([
        ['first', ['1']],
        ['second', ['1', '2']],
      ]),
    )
  })
})

/** By its end, or by what it answers to the first reset. */
async function refusedBy({ child, url, errors }: Started): Promise<void> {
  if (child.exitCode !== null) expect(errors()).toMatch(/another machine or container/)
  else {
    const client = await joined(url)
    client.send({ type: 'reset', data: {} })
    await expect.poll(() => JSON.stringify(client.frames.at(-1))).toMatch(/another machine or container|RECORD_FAILED/)
    signal(child, 'SIGKILL')
  }
}
