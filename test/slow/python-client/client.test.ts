import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { connect, type RemoteEpisode, type RemoteGym } from '../../../agents/remote/client.ts'
import { batchOfTrajectories } from '../../../core/batch/index.ts'
import type { TokenEvidence } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import guessNumber from '../../../envs/guess-number.ts'
import { readRun } from '../../../records/index.ts'
import { estimators } from '../../../registry/index.ts'
import { advantageAt, assignCredit } from '../../../rewards/credit/index.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import { newFolder } from '../../support/folder.ts'
import { served } from '../../support/server/client.ts'
import { cacheFolder, hasPython, pythonWith } from '../python.ts'
import { CLIENT, execute, PROGRAM_MS, PYTEST, pytest, runExample, within } from './kit.ts'

/** Lines of a record without what differs between equal runs: ids, tags under the key of a run, times and checksums. */
function linesOf(folder: string): readonly string[] {
  const segments = join(folder, 'segments')
  const text = readdirSync(segments).map((name) => readFileSync(join(segments, name), 'utf8'))
  return text
    .join('')
    .replaceAll(/"(latencyMs|durationMs|at)":[\d.e-]+/g, '"$1":0')
    .replaceAll(/"sum":"[0-9a-f]+"/g, '"sum":""')
    .replaceAll(/"[0-9a-f]{24}-(\d+(-vector|-group)?)"/g, '"ID-$1"')
    .replaceAll(/"startTag":"[0-9a-f]{32}"/g, '"startTag":""')
    .trimEnd()
    .split('\n')
}

async function recorded(folder: string) {
  const runStoreOf = (world: World) => recordedStore(folder, { world, agent: 'clients', hooks: hookSet([]) }, {})
  const catalog = estimators({ userFolder: folder })
  const offered = await Promise.all(['grpo', 'gigpo', 'hgpo'].map((name) => catalog.load(name)))
  return { server: await served([guessNumber], { runStoreOf, estimators: offered }), offered }
}

const OLDEST_WEBSOCKETS = 'websockets==15'

const ACTIONS = ['50', '7', { not: 'a guess' }, '80', '33', '50', '2', '99']
const evidenceOf = (index: number): TokenEvidence => ({
  kind: 'token',
  policyId: 'fixed',
  policyVersion: '1',
  temperature: 1,
  topP: 1,
  promptTokenIds: [1, 2],
  actionTokenIds: [index, 3],
  logProbs: [-0.1 * index, -1e-7],
  finishReason: 'stop',
})

/** As the scene `fixed` in Python. */
async function playFixed(url: string): Promise<void> {
  const gym = await connect(url)
  const episode: RemoteEpisode = await gym.reset({ seed: String(2n ** 60n + 3n), agent: 'fixed' })
  for (const [index, action] of ACTIONS.slice(0, 3).entries()) await episode.step(action, evidenceOf(index))
  const [fork] = await episode.fork()
  await fork?.step('10')
  await fork?.close({ truncate: 'enough' })
  while (episode.ending === null) await episode.step(ACTIONS[episode.index] ?? '1')
  const vector = await gym.vector({
    slots: [{ seed: 5 }, { seed: 6, maxSteps: 2 }],
    autoreset: 'same-step',
    agent: 'fixed',
  })
  for (const action of ACTIONS.slice(0, 4)) await vector.step([action, action])
  await vector.close()
  await playGroup(gym)
  await gym.close()
}

/** A member is left as truncated, another is aborted, and the last is played to its end. */
async function playGroup(gym: RemoteGym): Promise<void> {
  const group = await gym.group({ size: 3, seed: 11, credit: [{ estimator: 'grpo' }], agent: 'fixed' })
  for (const [step, action] of ACTIONS.entries()) {
    for (const episode of group.episodes.slice(Math.floor(step / 3)))
      if (episode.ending === null) await episode.step(action)
    if (step !== 2) continue
    await group.episodes[0]?.close({ truncate: 'the model stopped' })
    await group.episodes[1]?.close()
  }
  await group.closed
}

describe.skipIf(!hasPython())('the Python client', () => {
  let python = ''
  beforeAll(async () => {
    python = await pythonWith('mypy==1.20.1', 'ruff==0.17.6', 'numpy==2.2.6', ...PYTEST)
  })

  it('keeps its style and its types', async () => {
    expect(await within(python, '-m', 'ruff', 'format', '--check', '.')).toContain('already formatted')
    expect(await within(python, '-m', 'ruff', 'check', '.')).toContain('All checks passed')
    expect(await within(python, '-m', 'mypy')).toContain('no issues found')
  })

  it(
    'passes its own tests',
    async () => {
      const printed = await pytest(python, 'tests', '--ignore=tests/adapters')
      expect(printed).toMatch(/\d{2,} passed in/)
      expect(printed).not.toMatch(/skipped|failed/)
    },
    PROGRAM_MS,
  )

  it('plays with the oldest release of websockets that it accepts', async () => {
    expect(readFileSync(join(CLIENT, 'pyproject.toml'), 'utf8')).toContain(`"${OLDEST_WEBSOCKETS.replace('==', '>=')}"`)
    const oldest = await pythonWith(OLDEST_WEBSOCKETS, 'numpy==2.2.6', 'pytest==9.2.0')
    const printed = await pytest(oldest, 'tests/test_play.py', 'tests/test_values.py')
    expect(printed).toMatch(/\d{2,} passed in/)
    expect(printed).not.toMatch(/skipped|failed/)
  })

  it('installs from its folder, and runs its example', async () => {
    const folder = cacheFolder('python-client')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    await execute('python3', ['-m', 'venv', folder])
    const own = join(folder, 'bin', 'python')
    await execute(own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CLIENT])
    const printed = await runExample(own, 'quickstart.py')
    expect(printed.match(/ steps, (terminated|truncated): advantages \[/g)).toHaveLength(8)
    expect(existsSync(join(CLIENT, 'build'))).toBe(false)
  })

  it('leaves the same record as the client in TypeScript, byte for byte, except ids and times', async () => {
    const [ours, theirs] = [join(newFolder(), 'run'), join(newFolder(), 'run')]
    const { server: first } = await recorded(ours)
    await playFixed(`${first.url}/guess-number`)
    await first.close()
    const { server: second } = await recorded(theirs)
    await within(python, join(import.meta.dirname, 'scenes.py'), 'fixed', `${second.url}/guess-number`)
    await second.close()
    const expected = linesOf(ours)
    expect(expected.length).toBeGreaterThan(20)
    expect(linesOf(theirs)).toEqual(expected)
  })

  it('has the advantages of stepgym credit to the last bit', async () => {
    const folder = join(newFolder(), 'run')
    const { server, offered } = await recorded(folder)
    const printed = await within(python, join(import.meta.dirname, 'scenes.py'), 'credit', `${server.url}/guess-number`)
    await server.close()
    const batch = batchOfTrajectories([...readRun(folder).trajectories()].map(({ trajectory }) => trajectory))
    const { episodes, advantages }: Printed = JSON.parse(printed)
    for (const estimator of offered) {
      const options = estimator.name === 'gigpo' ? { gamma: 0.9 } : {}
      const [assigned] = assignCredit(batch, [{ estimator, options }], null)
      const expected = episodes.map((id, member) => {
        const row = batch.trajectories.starts[batch.trajectories.ids.indexOf(id)] ?? -1
        return advantages[estimator.name]?.[member]?.map(
          (_, t) => assigned?.credit && advantageAt(assigned.credit, row + t),
        )
      })
      expect(advantages[estimator.name]).toEqual(expected)
      expect(new Set(expected.flat()).size).toBeGreaterThan(1)
    }
  })
})

interface Printed {
  readonly episodes: readonly string[]
  readonly advantages: Readonly<Record<string, readonly (readonly number[])[]>>
}
