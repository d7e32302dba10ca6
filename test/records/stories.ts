import { GymError } from '../../core/data/errors.ts'
import type { Step, Trajectory } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import type { EpisodeStart, RunLog } from '../../core/rollout/log.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { createRun, type Recorder } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { groupOf, logAll, logLate, type Story } from './arbitrary.ts'
import { ALL_HOOKS, NO_HOOKS, openWalk, setupOf, wanderer } from './scene.ts'

/** The world of most tests, and short runs in it. */
export const world = await openWalk()
export const task = world.tasks.byId('short')

/** What something fails with; it is an error where it does not fail. */
export const failing = (run: () => unknown): { readonly code: string; readonly message: string } => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof GymError) return { code: thrown.code, message: thrown.message }
    throw thrown
  }
  throw new Error('it did not fail')
}

export const rolledOut = (log: RunLog, groupId: string, seed: unknown = 3): ReturnType<typeof rolloutGroup> =>
  rolloutGroup(world, { task, seed }, { groupId, size: 3, agent: wanderer, hooks: ALL_HOOKS, runKey: 'key', log })

export async function rollOut(log: RunLog, trajectoryId: string): Promise<Trajectory> {
  const episode = await startEpisode(world, { task, seed: 1 })
  return runEpisode(episode, { trajectoryId, agent: wanderer, hooks: NO_HOOKS, log })
}

export function writeStories(
  folder: string,
  [a, b, c]: readonly [Story, Story, Story],
  maxSegmentBytes = 2 ** 26,
): void {
  const log = createRun(folder, setupOf(world), { maxSegmentBytes })
  logAll(log, [a, b, c])
  log.groupClosed(groupOf('g', [b, c], false))
  logLate(log, [a, b, c])
  log.close()
}

export const START: EpisodeStart = {
  ...{ environment: 'walk@1', taskId: 'short', seed: 1, member: 0, forkPath: '', trajectoryId: 't', groupId: null },
  ...{ agent: 'a', split: 'train', maxSteps: 6, observation: 'zero', anchors: { text: 'zero' } },
  ...{ resetEffects: [], past: [] },
}
export const STEP: Step = {
  ...{ trajectoryId: 't', index: 0, action: 'right', forkPath: '', effects: [], isActionValid: true },
  ...{ observation: 'zero', anchors: { text: 'zero' }, nextObservation: 'one', nextAnchors: { text: 'one' } },
  ...{ rewards: [], terminated: false, truncated: false, info: {} },
}

/** A trajectory in progress: three lines. */
export function begin(log: RunLog): void {
  log.episodeStarted(START)
  log.stepTaken(STEP)
  log.stepTaken({ ...STEP, index: 1, observation: 'one', nextObservation: 'two' })
}

export function newRun(): readonly [string, Recorder] {
  const folder = newFolder()
  const log = createRun(folder, setupOf(world))
  begin(log)
  return [folder, log]
}

/** Four lines, the last one short. */
export function ended(): string {
  const [folder, log] = newRun()
  log.episodeEnded({ ...START, id: 't', steps: [], ending: 'terminated', endingReason: null, rewards: [] })
  log.close()
  return folder
}
