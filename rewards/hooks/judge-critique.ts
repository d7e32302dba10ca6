import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { CRITIQUE_VOTES, critiqueReward, wrongSteps } from '../judging/critique.ts'
import { defineJudgeHook, isBackward, remarksOf, rulings, votesOf } from '../judging/judge-hook.ts'
import { critiqueQuestion } from '../judging/questions.ts'
import { wrongStepsIn } from '../judging/replies.ts'
import { mergedBy, transcriptOf, wholeMerge } from '../judging/transcript.ts'
import { choice } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * Outcome * `whole`, minus `process` at steps that a judge calls wrong, who reads the trajectory in one pass: after CAPO
 * (Xie et al., arXiv 2508.02298, read second hand: 2 and 1, four critiques). `vote` says how the critiques agree. With
 * `order` the judge reads the last step first, or for every second critique (after BiPRM); `merge` steps are judged as
 * one. The note of the last step has the `critiques`, by which `critique-votes` judges again under other options. Null,
 * with the reason, without an outcome, or where half of the critiques or more cannot be read.
 */
export default defineJudgeHook({
  name: 'judge-critique',
  summary: 'outcome, less a penalty at steps that a language model calls wrong, after CAPO',
  options: { signal: 'success', votes: 4, vote: 'majority', merge: 1, whole: 2, process: 1 },
  ranges: { votes: [1, 100], merge: [1, 10_000], whole: AMOUNT_RANGE, process: AMOUNT_RANGE },
  defaults: { temperature: 0.7 },
  prepare({ signal: outcomeOf, votes, vote, merge, ...weights }) {
    const kind = choice('judge-critique', 'vote', vote, CRITIQUE_VOTES)
    const size = wholeMerge('judge-critique', merge)
    return async (group, bench) => {
      const all = (steps: readonly unknown[]): readonly number[] => steps.map((_, at) => at)
      const ruled = await rulings(
        group,
        bench,
        ({ steps }) => all(steps),
        async (trajectory) => {
          const { steps } = trajectory
          const units = mergedBy(size, all(steps))
          const read = (verdict: JsonObject): readonly number[] | null =>
            wrongStepsIn(verdict, units.length)?.flatMap((unit) => units[unit] ?? []) ?? null
          const { known, why, replies } = await votesOf(votes, (at) => {
            const transcript = transcriptOf(trajectory, bench.characters, {
              isBackward: isBackward(bench, at),
              merge: size,
            })
            return bench.judge.verdict(critiqueQuestion(transcript), at, read, bench.signal)
          })
          const note = { critiques: known, replies }
          return why === null ? { value: wrongSteps(known, kind), note } : { value: null, why, note: { replies } }
        },
      )
      const outcomes = group.trajectories.map(({ rewards }) => signalValue(rewards, outcomeOf))
      const { declined, notes } = remarksOf(ruled)
      return {
        perStep: group.trajectories.map(({ steps }, at) => {
          const [wrong, outcome] = [ruled[at]?.value ?? null, outcomes[at] ?? null]
          return steps.map((_, step) =>
            wrong === null || outcome === null ? null : critiqueReward(outcome, wrong.includes(step), weights),
          )
        }),
        declined: declined.map((why, at) => why ?? (outcomes[at] === null ? `it has no signal ${outcomeOf}` : null)),
        notes,
      }
    }
  },
})
