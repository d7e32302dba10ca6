import { SHARE_RANGE } from '../../core/data/options.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { defineJudgeHook, isBackward, ruledTrajectories, rulings, votesOf } from '../judging/judge-hook.ts'
import { rubricQuestion } from '../judging/questions.ts'
import { criterionScoresIn } from '../judging/replies.ts'
import { rubricIn, rubricScore } from '../judging/rubric.ts'
import { transcriptOf } from '../judging/transcript.ts'
import { meanOf } from '../numbers.ts'
import { lastRecorded } from '../recorded.ts'

const CRITERIA: readonly JsonObject[] = [
  { name: 'done', asks: 'The task was done, by what was observed.', weight: 2, veto: true },
  { name: 'grounded', asks: 'What the agent says and does rests on what it observed.', weight: 1 },
  { name: 'direct', asks: 'No step is useless or repeated.', weight: 1 },
]

/**
 * Weighted mean of the scores that a judge gives for the criteria of a rubric, 0 to 1; 0 where a criterion with a veto
 * has less than `vetoBelow`, as in Rubric Anchors (Huang et al., arXiv 2508.12790). `criteria` is the rubric, a list of
 * `{ name, asks, weight, veto }`; a trajectory that records a list `rubric` has its own. Scores are means over `votes`.
 * The note has the scores by name. Null, with the reason, where half of the votes or more cannot be read.
 */
export default defineJudgeHook({
  name: 'judge-rubric',
  summary: 'weighted score of a language model by the criteria of a rubric, some with a veto',
  options: { criteria: CRITERIA, votes: 1, vetoBelow: 0.5 },
  ranges: { votes: [1, 100], vetoBelow: SHARE_RANGE },
  prepare({ criteria, votes, vetoBelow }) {
    const standard = rubricIn(criteria, 'option criteria of judge-rubric')
    return async (group, bench) => {
      const ruled = await rulings(
        group,
        bench,
        () => 0,
        async (trajectory) => {
          const recorded = lastRecorded(trajectory, 'rubric')
          const rubric = recorded === null ? standard : rubricIn(recorded, `the rubric of ${trajectory.id}`)
          const names = rubric.map(({ name }) => name)
          const { known, why, replies } = await votesOf(votes, (at) => {
            const transcript = transcriptOf(trajectory, bench.characters, { isBackward: isBackward(bench, at) })
            const question = rubricQuestion(transcript, rubric)
            return bench.judge.verdict(question, at, (verdict) => criterionScoresIn(verdict, names), bench.signal)
          })
          if (why !== null) return { value: null, why, note: { replies } }
          const means = names.map((_, at) => meanOf(known.map((scores) => scores[at] ?? 0)))
          const scores = Object.fromEntries(names.map((name, at) => [name, means[at] ?? 0]))
          return { value: rubricScore(rubric, means, vetoBelow), note: { scores, replies } }
        },
      )
      return ruledTrajectories(ruled)
    }
  },
})
