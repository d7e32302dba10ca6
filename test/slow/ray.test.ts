import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { connect } from '../../agents/remote/client.ts'
import { readRun } from '../../records/index.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { compiledPath } from '../support/compiled.ts'
import { newFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { hasPython, INSTALL_MS, pythonWith } from './python.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', 'deploy', 'ray', 'gym.py')
const RAY = 'ray==2.60.0'

interface Placed {
  readonly url: string
  readonly actor: number
  readonly server: number
}

const killed = (pid: number): boolean => process.kill(pid, 'SIGKILL')

/** Process that has the record of a server now. */
function writerOf(record: string): number | null {
  try {
    const [name] = readdirSync(join(record, 'gym-0', 'guess-number', 'lock'))
    return Number(name?.split('-')[0]) || null
  } catch {
    return null
  }
}

/** The actor that started a server. */
function parentOf(pid: number | null): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?!.*\) )/)
  return Number(fields.split(' ')[1])
}

describe.skipIf(!hasPython())('servers that Ray places', () => {
  it('continue their sessions when a server or its actor is killed', { timeout: INSTALL_MS }, async () => {
    const folder = newFolder()
    const record = join(folder, 'runs')
    const options = ['--servers', '1', '--port', `${await freePort()}`, '--record', record, '--cpus', '0.1']
    const command = ['--command', process.execPath, compiledPath('bin/stepgym.ts'), '--', '--env', 'guess-number']
    const script = spawn(await pythonWith(RAY), [SCRIPT, ...options, ...command], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    closeAfterTest(() => script.kill('SIGKILL'))
    const first = await createInterface({ input: script.stdout })[Symbol.asyncIterator]().next()
    const { servers }: { readonly servers: readonly Placed[] } = JSON.parse(first.value)
    const [placed] = servers
    if (!placed) throw new Error('no server was placed')

    const retry = { attempts: 600, baseMs: 50, maxMs: 500 }
    const gym = await connect(`${placed.url}/guess-number`, { timeoutMs: 120_000, retry })
    const episode = await gym.reset({ seed: 7 })
    const actions = ['1', '2', '3', '4', '5', '6']
    for (const [index, action] of actions.entries()) {
      if (index === 2) killed(placed.server)
      if (index === 4) killed(parentOf(writerOf(record)))
      await episode.step(action)
    }
    expect(writerOf(record)).not.toBe(placed.server)
    await gym.close()
    const ended = new Promise((resolve) => script.once('exit', resolve))
    script.kill('SIGINT')
    expect(await ended).toBe(0)
    const [trajectory] = [...readRun(join(record, 'gym-0', 'guess-number')).trajectories()]
    expect(trajectory?.trajectory.steps.map(({ action }) => action)).toEqual(actions)
  })
})
