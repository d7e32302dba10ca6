import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { distanceRewards, type EmbeddedOutcome, wordEmbedding } from '../progress/embedding.ts'
import { amongKnown, choice, lastRecorded, numbersIn } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * 1 for a success; for a failure, more the nearer it came to the successes of its group: SRPO (arXiv 2511.15605;
 * sii-research/siiRL `embodied.py: compute_embodied_reward`), whose embeddings are of a video model. `embedding:
 * 'recorded'` reads a list `embedding` that a step recorded; `words` hashes the words of the last observation; `auto`
 * takes what is recorded, else words. Declines without outcome or embedding, or for an embedding of zeros alone, where
 * the reference gives 0. An outcome above 0 is a success. Groups are scaled apart.
 */
export default defineRewardHook({
  name: 'success-distance',
  version: 1,
  scope: 'group',
  summary: '1 for a success, and for a failure how near it came to the successes of its group, as in SRPO',
  options: { signal: 'success', embedding: 'auto', radius: 0.5, least: 2, top: 0.6, steepness: 10 },
  ranges: { radius: [0, 1e9], least: [1, 100_000], top: AMOUNT_RANGE, steepness: AMOUNT_RANGE },
  reward({ trajectories }, { options: { signal, embedding, ...rule } }) {
    const source = choice('success-distance', 'embedding', embedding, ['auto', 'recorded', 'words'])
    const read = trajectories.map((each) => embedded(each, signal, source))
    const width = read.find((each) => each !== null)?.embedding.length ?? 0
    const fitting = read.map((each) => (each?.embedding.length === width ? each : null))
    return {
      perTrajectory: amongKnown(fitting, (known) => distanceRewards(known, rule).map(({ reward }) => reward)),
    }
  },
})

function embedded(trajectory: Trajectory, signal: string, source: string): EmbeddedOutcome | null {
  const { steps, rewards } = trajectory
  const outcome = signalValue(rewards, signal)
  const recorded = source === 'words' ? null : numbersIn(lastRecorded(trajectory, 'embedding'))
  const words = source === 'recorded' || steps.length === 0 ? null : wordEmbedding(steps.at(-1)?.nextObservation ?? '')
  const embedding = recorded ?? words
  return outcome === null || embedding === null ? null : { isSuccess: outcome > 0, embedding }
}
