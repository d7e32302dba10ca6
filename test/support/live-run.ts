import type { Reward, Step } from '../../core/data/types.ts'
import { hookSet, type ProcessHook } from '../../core/reward/hook.ts'
import { createRun, type Recorder } from '../../records/index.ts'

/** A reward with a value. */
export const judged = (name: string, value: number): Reward => ({ name, version: 1, latencyMs: 0, value })

/** Judges late; in these tests its rewards are written by hand. */
const LATE: ProcessHook = {
  ...{ name: 'worth', version: 1, scope: 'process', maxBatch: 8, defaults: {} },
  reward: () => ({ perStep: [] }),
}

/** A run that is being written, with one episode of a group, and the process hook `worth`. */
export function startedRun(path: string): { readonly log: Recorder; step(index: number): void; end(): void } {
  const world = { options: {}, digest: 'd', environment: { id: 'small@1' } }
  const log = createRun(path, { world, agent: 'a', hooks: hookSet([LATE]) })
  const origin = { environment: 'small@1', taskId: 't', seed: 1, member: 0, forkPath: '' }
  const anchors = { text: 'o', state: 's' }
  log.episodeStarted({
    ...{ ...origin, trajectoryId: 'e', groupId: 'g', agent: 'a', split: 'train', maxSteps: 9 },
    ...{ observation: 'o', anchors, resetEffects: [], past: [] },
  })
  const steps: Step[] = []
  return {
    log,
    step(index) {
      const seen = { observation: 'o', anchors, nextObservation: 'o', nextAnchors: anchors }
      const step: Step = {
        ...{ trajectoryId: 'e', index, action: { say: 'hi' }, forkPath: '', effects: [], ...seen },
        ...{ isActionValid: index > 0, terminated: false, truncated: false, info: {} },
        rewards: [judged('env', index)],
      }
      steps.push(step)
      log.stepTaken(step)
    },
    end() {
      const ended = { ending: 'truncated', endingReason: 'enough', rewards: [judged('success', 1)] } as const
      log.episodeEnded({ ...origin, ...ended, id: 'e', groupId: 'g', steps })
    },
  }
}
