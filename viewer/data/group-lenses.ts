import type { Step } from '../../core/data/types.ts'
import type { Assigned } from '../../rewards/credit/index.ts'
import type { LensLine } from '../answers.ts'
import { advantageOf, REWARD, rootMeanSquare, TRUTH, truthOf } from './credit.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'

/** A number of a step, as it is in the path of an episode. */
type NumberOf = (episode: OpenEpisode, step: Step) => number | null

/** Numbers of the steps of a group: the truth where it is known, each estimator, the environment's own reward. */
export function lensesOf(
  open: OpenRun,
  members: readonly OpenEpisode[],
  credits: readonly Assigned[],
): readonly LensLine[] {
  const line = (lens: string, of: NumberOf, reason: LensLine['reason'] = null): LensLine => ({
    ...{ lens, reason, rms: rootMeanSquare(numbersOf(open.episodes, of).flat()) },
    numbers: numbersOf(members, of),
  })
  const truth: NumberOf = (_, step) => truthOf(open, step)?.advantage.value ?? null
  return [
    ...(open.values && !open.values.isStale ? [line(TRUTH, truth)] : []),
    ...credits.map((credit) =>
      line(credit.estimator, ({ id }, { index }) => advantageOf(open, credit, id, index), credit.reason),
    ),
    line(REWARD, (_, { rewards }) => rewards[0]?.value ?? null),
  ]
}

const numbersOf = (episodes: readonly OpenEpisode[], of: NumberOf): readonly (readonly (number | null)[])[] =>
  episodes.map((episode) => episode.path.map((step) => of(episode, step)))
