import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { hasPython, pythonWithOpenEnv } from '../python.ts'

const SERVER = new URL('guess_server.py', import.meta.url).pathname
const MODES = ['seeded', 'random', 'successor'] as const
type Mode = (typeof MODES)[number]

const children: ChildProcess[] = []
const addresses = new Map<Mode, string>()
const folder = newFolder()

beforeAll(async () => {
  if (!hasPython()) return
  const python = await pythonWithOpenEnv()
  for (const mode of MODES) {
    const port = await freePort()
    children.push(spawn(python, [SERVER, `${port}`, mode], { stdio: ['ignore', 'ignore', 'inherit'] }))
    addresses.set(mode, `http://127.0.0.1:${port}`)
  }
  await Promise.all([...addresses.values()].map(answering))
})

afterAll(() => {
  for (const child of children) child.kill()
})

async function answering(address: string): Promise<void> {
  while (true) {
    try {
      await fetch(`${address}/health`, { signal: AbortSignal.timeout(2000) })
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

/** Counts up: always finds the number. */
const COUNTING = Array.from({ length: 8 }, (_, at) => ({ number: at + 1 }))

const played = (mode: Mode, out: string, ...flags: readonly string[]) => {
  const servers = JSON.stringify({ guess: { openenv: addresses.get(mode) } })
  const env = ['--env', 'openenv', '--set', 'server=guess', '--environment-servers', servers]
  const agent = ['--agent', `scripted:actions=${JSON.stringify(COUNTING)}`, '--groups', '2', '--out', out]
  return runJson(['rollout', ...env, ...agent, ...flags], { folder })
}

describe.runIf(hasPython())("an environment on OpenEnv's own server", () => {
  it('is played in groups, judged, recorded, replayed without it, and credited', async () => {
    const { code, json } = await played('seeded', 'a', '--group-size', '3', '--hook', 'success')
    expect([code, json.error]).toEqual([0, undefined])
    const { manifest } = readRun(`${folder}/a`)
    expect(manifest.software).toEqual({ openenv: { server: 'guess', fork: 'replay' } })
    for (const { trajectory } of readRun(`${folder}/a`).trajectories()) {
      expect(trajectory.ending).toBe('terminated')
      expect(trajectory.steps.at(-1)?.nextObservation).toBe('yes')
      expect(trajectory.steps.map(({ rewards }) => rewards[0]?.value)).toEqual(
        trajectory.steps.map((_, at) => (at === trajectory.steps.length - 1 ? 1 : 0)),
      )
    }
    expect((await runJson(['replay', 'a'], { folder })).json).toMatchObject({ episodes: 6, divergences: 0 })
    expect((await runJson(['credit', 'a', '--estimator', 'grpo,gigpo'], { folder })).json.steps).toBeGreaterThan(5)
  })

  it('is forked by driving another session to the same point', async () => {
    const { code, json } = await played('seeded', 'forks', '--sampling', 'prefix', '--k', '2')
    expect([code, json.error]).toEqual([0, undefined])
    const forked = Array.from(readRun(`${folder}/forks`).trajectories()).filter(({ start }) => start.past.length > 0)
    expect(forked.length).toBeGreaterThan(0)
  })

  it('sees what its schema refuses as an invalid action', async () => {
    const servers = JSON.stringify({ guess: { openenv: addresses.get('seeded') } })
    const env = ['--env', 'openenv', '--set', 'server=guess', '--environment-servers', servers, '--max-steps', '1']
    const agent = ['--agent', 'scripted:actions=[{"nmuber":1}]', '--groups', '1', '--group-size', '1', '--out', 'odd']
    expect((await runJson(['rollout', ...env, ...agent], { folder })).code).toBe(0)
    const [{ trajectory } = { trajectory: null }] = readRun(`${folder}/odd`).trajectories()
    expect(trajectory?.steps[0]).toMatchObject({ isActionValid: false })
    expect(trajectory?.steps[0]?.nextObservation).toMatch(/number: Field required/)
  })

  it('has every digit of its integers, which come back as texts', async () => {
    const servers = JSON.stringify({ guess: { openenv: addresses.get('successor') } })
    const env = ['--env', 'openenv', '--set', 'server=guess', '--environment-servers', servers, '--max-steps', '1']
    const agent = ['--agent', 'scripted:actions=[{"number":"9007199254740994"}]', '--groups', '1', '--group-size', '1']
    expect((await runJson(['rollout', ...env, ...agent, '--out', 'digits'], { folder })).code).toBe(0)
    const [{ trajectory } = { trajectory: null }] = readRun(`${folder}/digits`).trajectories()
    expect(trajectory?.steps.map(({ observation, nextObservation }) => [observation, nextObservation])).toEqual([
      ['9007199254740993', '9007199254740995'],
    ])
  })

  it('is not forked where seeds mean nothing, and its record says so', async () => {
    const { code } = await played('random', 'b', '--group-size', '1')
    expect(code).toBe(0)
    expect(readRun(`${folder}/b`).manifest.software).toEqual({
      openenv: { server: 'guess', fork: 'none', reason: 'two resets with one seed differ' },
    })
    const { json } = await played('random', 'c', '--sampling', 'prefix', '--k', '2')
    expect(JSON.stringify(json)).toContain('FORK_UNSUPPORTED')
  })
})
