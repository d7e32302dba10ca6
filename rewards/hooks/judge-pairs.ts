import { cut } from '../../core/data/shown.ts'
import type { JsonObject, Trajectory } from '../../core/data/types.ts'
import { stoppedBy } from '../judging/guards.ts'
import { type Bench, defineJudgeHook, isBackward } from '../judging/judge-hook.ts'
import { pairQuestion } from '../judging/questions.ts'
import { pairScoresIn } from '../judging/replies.ts'
import { type PairScores, TOPOLOGIES, tournament, tournamentAdvantages } from '../judging/tournament.ts'
import { transcriptOf } from '../judging/transcript.ts'
import { amongKnown, choice } from '../recorded.ts'

/** Characters of the replies of one match that a note keeps. */
const LONGEST_REPLY = 500

/**
 * Rank of a trajectory in a tournament of its group, from 0 to 1, whose pairs a judge decides: ArenaRL (arXiv 2601.06487;
 * Alibaba-NLP/qqr `qqr/reward_models/arena`). The judge scores both of a pair from 0 to 10, in both orders, and the
 * scores of each are added, so that the one shown first has no advantage. `single-elimination` is seeded and asks for 2n -
 * 2 pairs, `round-robin` for n(n - 1)/2; each pair is two requests. `value: 'advantage'` is in standard deviations. A
 * pair of which one order cannot be read has no result, which is not a tie; a member without a result has null. A guard
 * makes a trajectory lose without being shown. The note has the matches. A group of one has 0.
 */
export default defineJudgeHook({
  name: 'judge-pairs',
  summary: 'rank of a trajectory in a tournament of its group that a language model judges, as in ArenaRL',
  options: { topology: 'single-elimination', value: 'reward' },
  prepare({ topology, value }) {
    const form = choice('judge-pairs', 'topology', topology, TOPOLOGIES)
    const isAdvantage = choice('judge-pairs', 'value', value, ['reward', 'advantage']) === 'advantage'
    return async ({ trajectories }, bench) => {
      const players = trajectories.map((each) => playerOf(each, bench))
      const playing = players.filter(({ isOut }) => !isOut)
      const rewards = await tournament(form, playing.length, (a, b) => played(playing[a], playing[b], bench))
      const values = isAdvantage && playing.length > 1 ? tournamentAdvantages(rewards) : rewards
      const placed = amongKnown(
        players.map((player) => (player.isOut ? null : player)),
        () => values,
      )
      return {
        perTrajectory: placed,
        declined: players.map(({ stopped, problems, isOut }, at) =>
          placed[at] !== null ? null : isOut ? `not shown to the judge: ${stopped}` : (problems[0] ?? NO_ORDER),
        ),
        notes: players.map(({ matches, stopped }) => ({ matches, ...(stopped !== null && { guard: stopped }) })),
      }
    }
  },
})

const NO_ORDER = 'a pair of the elimination could not be judged: round-robin does without it'

/** A member on its way through the tournament, with what became of its pairs. */
interface Player {
  readonly id: string
  /** How it is shown in the question of each order of the pair. */
  readonly transcripts: readonly [there: string, back: string]
  /** Why a guard stops it; null where none does. */
  readonly stopped: string | null
  /** Whether it does not play. */
  readonly isOut: boolean
  readonly matches: JsonObject[]
  readonly problems: string[]
}

function playerOf(trajectory: Trajectory, bench: Bench): Player {
  const { guard, characters } = bench
  const stopped = guard === 'none' ? null : stoppedBy(trajectory)
  const read = (question: number): string =>
    transcriptOf(trajectory, characters / 2, { isBackward: isBackward(bench, question) })
  const isOut = stopped !== null && guard === 'null'
  return { id: trajectory.id, transcripts: [read(0), read(1)], stopped, isOut, matches: [], problems: [] }
}

/** Scores of two players, which are also written down. */
async function played(one: Player | undefined, two: Player | undefined, bench: Bench): Promise<PairScores> {
  if (one === undefined || two === undefined) return null
  if (one.stopped !== null || two.stopped !== null) {
    const scores = [Number(one.stopped === null), Number(two.stopped === null)] as const
    return noted(one, two, scores, '')
  }
  const [there, back] = await Promise.all([asked(one, two, 0, bench), asked(two, one, 1, bench)])
  const replies = `${cut(there.reply, LONGEST_REPLY)}\n${cut(back.reply, LONGEST_REPLY)}`
  if (there.value !== null && back.value !== null)
    return noted(one, two, [there.value[0] + back.value[1], there.value[1] + back.value[0]], replies)
  for (const read of [there, back])
    if ('problem' in read) for (const { problems } of [one, two]) problems.push(read.problem)
  return noted(one, two, null, replies)
}

const asked = (first: Player, second: Player, question: 0 | 1, { judge, signal }: Bench) =>
  judge.verdict(pairQuestion(first.transcripts[question], second.transcripts[question]), 0, pairScoresIn, signal)

function noted(one: Player, two: Player, scores: PairScores, replies: string): PairScores {
  one.matches.push({ against: two.id, scores, replies })
  two.matches.push({ against: one.id, scores: scores && [scores[1], scores[0]], replies })
  return scores
}
