/**
 * A process to be killed: records episodes without end into the run folder it is given, and says on its output what
 * was acknowledged, one `trajectoryId index` a line.
 */
import { writeSync } from 'node:fs'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import guessNumber from '../../envs/guess-number.ts'
import { openRun } from '../../records/recorder.ts'

const [folder = '', life = ''] = process.argv.slice(2)
const world = await openWorld(guessNumber)
const hooks = hookSet([])
const log = openRun(folder, { world, agent: 'counter', hooks }, { maxSegmentBytes: 200_000 })
const agent = {
  name: 'counter',
  act: ({ rng }: { rng: { int(low: number, high: number): number } }) => ({ action: `${rng.int(1, 100)}` }),
}

const announcing: RunLog = {
  episodeStarted: (start) => log.episodeStarted(start),
  stepTaken(step) {
    log.stepTaken(step)
    writeSync(1, `${step.trajectoryId} ${step.index}\n`)
  },
  episodeEnded(trajectory) {
    log.episodeEnded(trajectory)
    writeSync(1, `${trajectory.id} end\n`)
  },
  rewardsArrived: (rewards) => log.rewardsArrived(rewards),
  groupClosed: (group) => log.groupClosed(group),
}

for (let seed = 0; ; seed++) {
  const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed })
  await runEpisode(episode, { trajectoryId: `${life}-${seed}`, agent, hooks, log: announcing })
}
