import { GymError } from '../../core/data/errors.ts'
import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { ChatClient } from '../../models/chat/client.ts'
import { messagesOf, scoreIn } from '../sql/judge.ts'
import { sqlTruth, submissionOf } from '../sql/submission.ts'

/**
 * How close a language model finds the submitted query to the reference query, 0 to 1: the judge of Reasoning-SQL
 * (Pourreza et al., arXiv 2503.23157), which is asked only where the rows are not those of the reference; its prompt and
 * its scale are ours. 1 without asking for a submission that matches. Declines where no query was submitted, the
 * environment has no reference, or no `model` is named. Null, with what is wrong, where the endpoint fails or its answer
 * ends in no score. `apiKey` is `env:NAME`, the name of a variable.
 */
export default defineRewardHook({
  name: 'sql-judge',
  version: 1,
  scope: 'outcome',
  summary: 'score of a language model for the submitted query, 1 where its rows match',
  timeoutMs: 60_000,
  options: {
    model: '',
    baseUrl: 'http://127.0.0.1:8000/v1',
    apiKey: '',
    temperature: 0,
    maxTokens: 512,
    requestMs: 20_000,
    retries: 1,
  },
  ranges: { temperature: AMOUNT_RANGE, maxTokens: [1, 100_000], requestMs: [1, 600_000], retries: [0, 100] },
  async reward({ steps }, { groundTruth, options, signal }) {
    const [submission, truth] = [submissionOf(steps), sqlTruth(groundTruth())]
    if (options.model === '' || submission === null || truth === null) return null
    if (submission.matches) return 1
    const question = steps[0]?.observation ?? ''
    const asked = { question, reference: truth.sql, submission: submission.sql, error: submission.error }
    const { model, baseUrl, apiKey, requestMs: timeoutMs, retries, temperature, maxTokens: max_tokens } = options
    const client = new ChatClient({ name: 'the judge of sql-judge', model, baseUrl, apiKey, timeoutMs, retries })
    const { content } = await client.complete({ messages: messagesOf(asked), temperature, max_tokens }, signal)
    const score = scoreIn(content)
    if (score === null) throw new GymError('MODEL_FAILED', 'the judge of sql-judge gave no line "Score: N" at the end')
    return score
  },
})
