import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defineRewardHook, hookSet } from '../../core/reward/hook.ts'
import type { EpisodeStart, RunLog } from '../../core/rollout/log.ts'
import { exportRun } from '../../exchange/export.ts'
import { PartedExport, type PartedSettings } from '../../exchange/parts/parted-export.ts'
import { createRun, readRun } from '../../records/index.ts'
import grpo from '../../rewards/advantage/grpo.ts'
import prime from '../../rewards/advantage/prime.ts'
import { EVERYTHING } from '../../rewards/shaping/curation.ts'
import { newFolder } from '../support/folder.ts'
import { judgedWalker, linesOf, openStroll, segmentOf, strollRun } from './scene.ts'

const SETTINGS = {
  ...{ format: 'chat' as const, grain: 'steps' as const, requests: [], shaping: null, world: null },
  ...{ scores: ['env'], sigmas: [0], threshold: null, curation: EVERYTHING },
  ...{ minScore: null, pairs: 'trajectory' as const, isBare: false },
}

const textsOf = (run: string): readonly string[] => readFileSync(segmentOf(run), 'utf8').trimEnd().split('\n')

const started = (run: string, folder: string, more: Partial<PartedSettings> = {}): PartedExport =>
  new PartedExport(readRun(run).manifest, { ...SETTINGS, run, folder, familiesPerFile: 1, ...more })

/** Exports the first lines of a run, and ends without a word, as a process that is killed. */
async function fed(run: string, folder: string, lines: number, more: Partial<PartedSettings> = {}) {
  const parts = started(run, folder, more)
  for (const text of textsOf(run).slice(0, lines)) await parts.add(text, 0)
  return parts
}

interface Line {
  readonly stepgym: { readonly trajectory: string; readonly group: string; readonly steps: readonly unknown[] }
}

const rowsIn = (folder: string): readonly Line[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => (readFileSync(join(folder, name), 'utf8') === '' ? [] : linesOf(join(folder, name))))

const idsIn = (folder: string): readonly string[] => rowsIn(folder).map(({ stepgym }) => stepgym.trajectory)

const judge = defineRewardHook({
  ...{ name: 'judge', version: 1, scope: 'process', maxBatch: 8 },
  reward: (steps) => ({ perStep: steps.map(() => 1) }),
})

const START: Omit<EpisodeStart, 'trajectoryId'> = {
  ...{ environment: 'stroll@1', taskId: 'a', seed: 1, member: 0, forkPath: '', groupId: null },
  ...{ agent: 'a', split: 'train', maxSteps: 3, observation: 'at 0', anchors: { text: 'at 0' } },
  ...{ resetEffects: [], past: [] },
}

/** Writes what happens to trajectories, by their ids. */
class Script {
  readonly #log: RunLog

  constructor(log: RunLog) {
    this.#log = log
  }

  start(trajectoryId: string, more: Partial<EpisodeStart> = {}): void {
    this.#log.episodeStarted({ ...START, trajectoryId, ...more })
  }

  step(trajectoryId: string, index = 0): void {
    const observation = index === 0 ? 'at 0' : 'at 1'
    this.#log.stepTaken({
      ...{ trajectoryId, index, action: 'right', forkPath: '', effects: [], isActionValid: true, info: {} },
      ...{ observation, anchors: { text: observation }, nextObservation: 'at 1', nextAnchors: { text: 'at 1' } },
      ...{ rewards: [{ name: 'env', version: 1, latencyMs: 0, value: 1 }], terminated: false, truncated: false },
    })
  }

  end(id: string, ending: 'terminated' | 'aborted' = 'terminated', groupId: string | null = null): void {
    this.#log.episodeEnded({ ...START, id, groupId, steps: [], ending, endingReason: null, rewards: [] })
  }

  judge(ids: readonly string[], index = 0): void {
    const reward = { name: 'judge', version: 1, latencyMs: 0, value: 1 }
    this.#log.rewardsArrived(ids.map((trajectoryId) => ({ trajectoryId, index, reward })))
  }

  close(id: string, members: readonly string[]): void {
    const identity = { id, environment: 'stroll@1', taskId: 'a', startTag: 'tag', aborted: [] }
    const trajectories = members.map((each) => ({ ...START, id: each, groupId: id, steps: [], rewards: [] }))
    const ended = trajectories.map((each) => ({ ...each, ending: 'terminated' as const, endingReason: null }))
    this.#log.groupClosed({ ...identity, trajectories: ended })
  }
}

async function scripted(write: (script: Script) => void): Promise<string> {
  const folder = newFolder()
  const log = createRun(folder, { world: await openStroll(), agent: 'a', hooks: hookSet([judge]) })
  write(new Script(log))
  log.close()
  return folder
}

describe('an export of a run that grows', () => {
  it('has the rows and the advantages that an export of the whole run has', async () => {
    const run = await strollRun(join(newFolder(), 'run'), { groups: 3, agent: judgedWalker })
    const [folder, whole] = [newFolder(), join(newFolder(), 'whole.jsonl')]
    const requests = [{ estimator: grpo, options: {} }]
    await fed(run, folder, textsOf(run).length, { requests })
    await exportRun(readRun(run), whole, { ...SETTINGS, requests })
    expect(rowsIn(folder)).toEqual(linesOf(whole))
    expect(readdirSync(folder).sort()).toEqual([0, 1, 2].map((at) => `0000000${at}-0000000${at}.jsonl`))
  })

  it('killed at any lines, any number of times, loses and doubles no row', async () => {
    const run = await strollRun(join(newFolder(), 'run'), { groups: 3 })
    const { length } = textsOf(run)
    const undisturbed = newFolder()
    await (await fed(run, undisturbed, length)).finish()
    const kills = fc.array(fc.integer({ min: 0, max: length }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(kills, fc.integer({ min: 1, max: 4 }), async (ends, familiesPerFile) => {
        const folder = newFolder()
        for (const end of ends) await fed(run, folder, end, { familiesPerFile })
        await (await fed(run, folder, length, { familiesPerFile })).finish()
        expect(rowsIn(folder)).toEqual(rowsIn(undisturbed))
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 15 },
    )
  })

  it('waits for the last signal of a process hook, and for the closing of a group', async () => {
    const run = await scripted((script) => {
      for (const id of ['lone', 'b', 'c'])
        script.start(id, id === 'lone' ? {} : { groupId: 'g', member: id === 'b' ? 0 : 1 })
      for (const id of ['b', 'lone', 'c']) script.step(id)
      script.end('lone')
      script.end('b', 'terminated', 'g')
      script.end('c', 'terminated', 'g')
      script.judge(['b', 'c'])
      script.judge(['lone'])
      script.close('g', ['b', 'c'])
    })
    const folder = newFolder()
    const parts = started(run, folder)
    const seen: string[][] = []
    for (const text of textsOf(run)) {
      await parts.add(text, 0)
      seen.push([...idsIn(folder)])
    }
    expect(seen.slice(-3)).toEqual([[], ['lone'], ['lone', 'b', 'c']])
    expect(rowsIn(folder).map(({ stepgym }) => stepgym.group)).toEqual(['alone/lone', 'g', 'g'])
  })

  it('leaves out what was aborted or has no step, without a file for it', async () => {
    const run = await scripted((script) => {
      script.start('aborted')
      script.step('aborted')
      script.end('aborted', 'aborted')
      script.judge(['aborted'])
      script.start('empty')
      script.end('empty')
      script.start('kept')
      script.step('kept')
      script.end('kept')
      script.judge(['kept'])
    })
    const folder = newFolder()
    await fed(run, folder, 10)
    expect([idsIn(folder), readdirSync(folder)]).toEqual([['kept'], ['00000000-00000000.jsonl']])
  })

  it('has a fork of a trajectory that was written before once, with the steps that both share', async () => {
    const past = [{ action: 'right', effects: [], forkPath: '' }]
    const run = await scripted((script) => {
      script.start('origin')
      script.step('origin')
      script.end('origin')
      script.judge(['origin'])
      script.start('fork', { parentId: 'origin', past, observation: 'at 1', anchors: { text: 'at 1' } })
      script.step('fork', 1)
      script.end('fork')
      script.judge(['fork'], 1)
    })
    const folder = newFolder()
    await fed(run, folder, 8)
    expect(idsIn(folder)).toEqual(['origin', 'fork'])
    expect(rowsIn(folder).map(({ stepgym }) => stepgym.steps.length)).toEqual([1, 2])
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('writes Parquet, and advantages that cannot be computed as nulls, with the reason said', async () => {
    const run = await strollRun(join(newFolder(), 'run'), { groups: 1 })
    const folder = newFolder()
    const reasons: string[] = []
    const files: (readonly [string, number])[] = []
    await fed(run, folder, textsOf(run).length, {
      ...{ format: 'parquet', requests: [{ estimator: prime, options: {} }] },
      onNoCredit: (estimator, reason) => reasons.push(`${estimator}: ${reason}`),
      onFile: (path, rows) => files.push([path, rows]),
    })
    expect(files.map(([path]) => path)).toEqual([join(folder, '00000000-00000000.parquet')])
    expect(files[0]?.[1]).toBeGreaterThan(0)
    expect(reasons).toEqual([expect.stringContaining('prime: ')])
  })

  it('refuses a line that does not follow, and a folder that is a file', async () => {
    const run = await strollRun(join(newFolder(), 'run'), { groups: 1 })
    const [first = '', , third = ''] = textsOf(run)
    const parts = started(run, newFolder())
    await parts.add(first, 0)
    await expect(parts.add(third, 0)).rejects.toMatchObject({ code: 'RECORD_CORRUPT' })
    expect(() => started(run, segmentOf(run))).toThrow('cannot be used for exports')
  })
})
