import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../../../models/weights/safetensors.ts'
import { type Given, run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const SMALL = [
  ...['train', '--env', 'grid', '--set', 'world=corridor', '--set', 'size=2', '--set', 'reward=graded'],
  ...['--iterations', '4', '--groups', '3', '--group-size', '6', '--max-steps', '12', '--seed', '2'],
  ...['tasks=3', 'features=64', 'hidden=3', 'evalEvery=2', 'evalTasks=2', 'evalEpisodes=2'].flatMap((each) => [
    '--training',
    each,
  ]),
]
const training = (folder: string, more: readonly string[] = [], given: Given = {}) =>
  runJson([...SMALL, '--out', 'out', ...more], { folder, ...given })

const FILES = ['checkpoint.safetensors', 'curves.json', 'curves.svg', 'policy.safetensors']
const contentOf = (folder: string): readonly string[] =>
  FILES.map((name) => readFileSync(join(folder, 'out', name), 'hex'))

describe('stepgym train', () => {
  it('trains, and leaves a checkpoint, a policy, and curves as JSON and as a picture', async () => {
    const folder = newFolder()
    const { code, json } = await training(folder)
    expect(code).toBe(0)
    expect(json).toMatchObject({ environment: 'grid@1', estimator: 'rloo', seed: 2, isInterrupted: false })
    expect(json.reports.map(({ iteration }: { readonly iteration: number }) => iteration)).toEqual([1, 2, 3, 4])
    expect([json.untrained.episodes, json.trained.episodes]).toEqual([4, 4])
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(FILES)
    expect(json.reports.some(({ mixedGroups }: { readonly mixedGroups: number }) => mixedGroups > 0)).toBe(true)
    const curves = JSON.parse(readFileSync(join(folder, 'out/curves.json'), 'utf8'))
    expect(curves.reports).toEqual(json.reports)
    expect(curves.identity).toMatchObject({ estimator: { name: 'rloo' }, training: { tasks: 3 } })
    expect(readFileSync(join(folder, 'out/curves.svg'), 'utf8')).toMatch(/^<svg [\s\S]*held out[\s\S]*<\/svg>\n$/)
  })

  it('leaves a policy that acts as an agent', async () => {
    const folder = newFolder()
    await training(folder)
    const agent = `policy:weights=${join(folder, 'out/policy.safetensors')}`
    const { code } = await runJson(['rollout', '--env', 'grid', '--agent', agent, '--groups', '1'], { folder })
    expect(code).toBe(0)
    expect(readSafetensors(join(folder, 'out/policy.safetensors')).metadata.iteration).toBe('4')
  })

  it('leaves the reward model that learnt beside it, which judges other episodes', async () => {
    const folder = newFolder()
    const { json } = await training(folder, ['--estimator', 'oprl', '--iterations', '1'])
    const model = join('out', 'reward-model.safetensors')
    expect(json.files.rewardModel).toBe(model)
    const again = ['--out', 'out', '--estimator', 'oprl', '--iterations', '1', '--resume']
    const { out } = await run([...SMALL, ...again], { folder })
    expect(readFileSync(join(folder, 'out/curves.svg'), 'utf8')).toContain('pairs that the reward model orders rightly')
    expect(out).toMatch(/^reward model: right in (\d\.\d{3}|–) of \d+ pairs? of iteration 1$/m)
    const flags = ['--env', 'grid', '--agent', 'random', '--device', 'cpu', '--groups', '1']
    const { json: judged } = await runJson(['rollout', ...flags, '--reward-model', join(folder, model)], { folder })
    const implicit = judged.summary.signals.find(({ name }: { readonly name: string }) => name === 'implicit')
    expect(implicit).toMatchObject({ mean: expect.any(Number), nulls: 0 })
  })

  it('ends with the same files where it was continued from fewer iterations', async () => {
    const [whole, parted] = [newFolder(), newFolder()]
    await training(whole)
    const first = await training(parted, ['--iterations', '2'])
    expect(first.json.reports).toHaveLength(2)
    const { code, json } = await training(parted, ['--resume'])
    expect(code).toBe(0)
    expect(json.resumedFrom).toBe(2)
    expect(contentOf(parted)).toEqual(contentOf(whole))
  })

  it('stops at an interrupt with 130, and says how to continue', async () => {
    const folder = newFolder()
    const { code, out } = await run([...SMALL, '--out', 'out'], { folder, signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(out).toContain('--resume')
  })

  it('continues what was interrupted in its first iteration, to the same files', async () => {
    const [whole, parted] = [newFolder(), newFolder()]
    await training(whole)
    const stopped = await training(parted, [], { signal: AbortSignal.abort() })
    expect([stopped.code, stopped.json.reports]).toEqual([130, []])
    const { code } = await training(parted, ['--resume'])
    expect([code, contentOf(parted)]).toEqual([0, contentOf(whole)])
  })

  it('closes the hooks that judged, also where it fails', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'rewards/hooks'), { recursive: true })
    writeFileSync(
      join(folder, 'rewards/hooks/closing.mjs'),
      `import { appendFileSync } from 'node:fs'
      const hook = { name: 'closing', version: 1, scope: 'process', maxBatch: 8, reward: (steps) => ({ perStep: steps.map(() => 0) }) }
      export default { ...hook, open: async () => ({ ...hook, close: async () => appendFileSync(${JSON.stringify(join(folder, 'closed'))}, '.') }) }`,
    )
    const closings = (): string => readFileSync(join(folder, 'closed'), 'utf8')
    const { code } = await training(folder, ['--hook', 'closing'])
    expect([code, closings()]).toEqual([0, '.'])
    const again = await run([...SMALL, '--out', 'out', '--hook', 'closing'], { folder })
    expect([again.code, closings()]).toEqual([1, '..'])
  })

  it('refuses a checkpoint of other settings with what differs, and changes nothing', async () => {
    const folder = newFolder()
    await training(folder)
    const before = contentOf(folder)
    const { code, err } = await run([...SMALL, '--out', 'out', '--resume', '--seed', '3', '--estimator', 'gigpo'], {
      folder,
    })
    expect(code).toBe(1)
    expect(err).toContain('estimator.name was "rloo" and is now "gigpo"; seed was 2 and is now 3')
    expect(contentOf(folder)).toEqual(before)
  })

  it('refuses a folder with files, and a checkpoint that is torn or missing', async () => {
    const folder = newFolder()
    const failing = async (...more: readonly string[]) => run([...SMALL, '--out', 'out', ...more], { folder })
    expect((await failing('--resume')).err).toContain('MODEL_INVALID')
    await training(folder)
    expect((await failing()).err).toContain('is not empty')
    const path = join(folder, 'out/checkpoint.safetensors')
    writeFileSync(path, readFileSync(path).subarray(0, 1000))
    expect((await failing('--resume')).err).toContain('MODEL_INVALID')
    expect((await run([...SMALL, '--resume'], { folder })).err).toContain('--out')
  })

  it.each([
    [['--estimator', 'rlo'], 'ESTIMATOR_UNKNOWN', 'rloo'],
    [['--estimator', 'oprl', '--reward-model', 'none'], 'SIGNAL_MISSING', 'process'],
    [['--env', 'nowhere'], 'ENV_UNKNOWN', 'nowhere'],
    [['--learning-rate', '0'], 'CONFIG_INVALID', 'learningRate'],
    [['--training', 'clip=0'], 'CONFIG_INVALID', 'clip'],
    [['--training', 'momentum=1'], 'CONFIG_INVALID', 'momentum'],
    [['--training', 'clip'], 'CONFIG_INVALID', 'KEY=VALUE'],
    [['--split', 'none'], 'TASK_UNKNOWN', 'none'],
    [['--group-size', '1'], 'CONFIG_INVALID', 'groupSize'],
  ])('refuses %j before it trains', async (more, code, words) => {
    const folder = newFolder()
    const { code: exit, err } = await run([...SMALL, '--out', 'out', ...more], { folder })
    expect(exit).toBe(1)
    expect(err).toContain(code)
    expect(err).toContain(words)
  })

  it('answers a learning rate that is not a number as a mistake of usage', async () => {
    const { code, err } = await run([...SMALL, '--learning-rate', 'fast'])
    expect(code).toBe(2)
    expect(err).toContain('a number')
  })

  it('records every training episode where that is asked for, as a run that replays', async () => {
    const folder = newFolder()
    const { json } = await training(folder, ['--record'])
    expect(json.files.run).toBe(join('out', 'run'))
    const replayed = await run(['replay', join('out', 'run')], { folder })
    expect(replayed.code).toBe(0)
    const shown = await runJson(['show', join('out', 'run')], { folder })
    expect(shown.code).toBe(0)
  })

  it('records each part of a training as a run of its own, whichever iteration it continues from', async () => {
    const folder = newFolder()
    const partOf = async (more: readonly string[], given: Given = {}): Promise<string> => {
      const { json } = await training(folder, ['--record', ...more], given)
      return json.files.run
    }
    const interrupted = { signal: AbortSignal.abort() }
    const runs = [
      await partOf([], interrupted),
      await partOf(['--resume'], interrupted),
      await partOf(['--resume', '--iterations', '2']),
      await partOf(['--resume'], interrupted),
      await partOf(['--resume']),
    ]
    expect(runs).toEqual(['run', 'run-2', 'run-3', 'run-from-2', 'run-from-2-2'].map((name) => join('out', name)))
    expect((await run(['replay', join('out', 'run-from-2-2')], { folder })).code).toBe(0)
  })

  it('shows how far it is on a terminal', async () => {
    const { err } = await run([...SMALL, '--out', 'out', '--iterations', '30'], { folder: newFolder(), isTTY: true })
    expect(err).toMatch(/\d+\/30 iterations/)
  })
})
