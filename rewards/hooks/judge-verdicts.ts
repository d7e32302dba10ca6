import { AMOUNT_RANGE, SHARE_RANGE } from '../../core/data/options.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Read } from '../judging/judge.ts'
import {
  type Bench,
  defineJudgeHook,
  isBackward,
  type Ruling,
  remarksOf,
  rulings,
  votesOf,
} from '../judging/judge-hook.ts'
import { metaQuestion, verificationQuestion } from '../judging/questions.ts'
import { type Verification, verificationIn } from '../judging/replies.ts'
import { mergedBy, transcriptOf, wholeMerge } from '../judging/transcript.ts'
import { VERDICT_FORMS, type Voted, verdictRewards, votedFrom } from '../judging/verdicts.ts'
import { choice } from '../recorded.ts'

const TIE = 'the votes on a step or on the whole tie: ask for an odd number'

/**
 * Rewards by the majority of several verifications of a judge, who says of every step and of the whole whether it is
 * right: after SPARK (arXiv 2512.03244, read second hand, 16 verifications). With `meta` each verification is criticised
 * by the judge, and the corrected verdict counts. `merge` steps are judged as one. `form` is that of `verdict-votes`, which judges again by the note
 * under other options. Null, with the reason, where votes tie, or half of them or more cannot be read.
 */
export default defineJudgeHook({
  name: 'judge-verdicts',
  summary: 'majority of verifications by a language model, each criticised by itself, after SPARK',
  options: { votes: 3, meta: true, merge: 1, form: 'steps', stepWeight: 0.4, finalWeight: 0.6, processShare: 0.8 },
  ranges: {
    votes: [1, 100],
    merge: [1, 10_000],
    stepWeight: AMOUNT_RANGE,
    finalWeight: AMOUNT_RANGE,
    processShare: SHARE_RANGE,
  },
  defaults: { temperature: 0.7 },
  prepare({ votes, meta, merge, form, ...weights }) {
    const size = wholeMerge('judge-verdicts', merge)
    const chosen = choice('judge-verdicts', 'form', form, VERDICT_FORMS)
    return async (group, bench) => {
      const ruled = await rulings(
        group,
        bench,
        ({ steps }): Voted => ({ labels: steps.map(() => 0), final: 0 }),
        async (trajectory) => {
          const units = mergedBy(size, trajectory.steps)
          const verified = await votesOf(votes, (vote) => {
            const reading = { isBackward: isBackward(bench, vote), merge: size }
            return verify(
              transcriptOf(trajectory, bench.characters, reading),
              units.map(({ length }) => length),
              { vote, meta },
              bench,
            )
          })
          return rulingOf(verified)
        },
      )
      const lengths = group.trajectories.map(({ steps }) => steps.length)
      const voted = ruled.map(({ value }) => value)
      return { ...verdictRewards(voted, lengths, chosen, weights), ...remarksOf(ruled) }
    }
  },
})

/**
 * One verification; with `meta` its correction, which alone counts.
 * @param units number of steps that each unit of the transcript has; each has the verdict of its unit
 */
async function verify(
  transcript: string,
  units: readonly number[],
  { vote, meta }: { readonly vote: number; readonly meta: boolean },
  { judge, signal }: Bench,
): Promise<Read<Verification>> {
  const read = (verdict: JsonObject): Verification | null => {
    const own = verificationIn(verdict, units.length)
    return (
      own && { ...own, steps: own.steps.flatMap((right, at) => Array.from({ length: units[at] ?? 0 }, () => right)) }
    )
  }
  const question = verificationQuestion(transcript, units.length)
  const first = await judge.verdict(question, vote, read, signal)
  if (!meta || first.value === null) return first
  return judge.verdict(metaQuestion(question, first.reply), vote, read, signal)
}

function rulingOf({ known, why, replies }: Awaited<ReturnType<typeof votesOf<Verification>>>): Ruling<Voted> {
  const [stepVerdicts, finalVerdicts] = [known.map(({ steps }) => steps), known.map(({ final }) => final)]
  if (why !== null) return { value: null, why, note: { replies } }
  const [value, note] = [votedFrom(stepVerdicts, finalVerdicts), { stepVerdicts, finalVerdicts, replies }]
  return value === null ? { value, why: TIE, note } : { value, note }
}
