import { defineRewardHook } from '../../core/reward/hook.ts'
import { bigramsOf, jaccard } from '../sql/similarity.ts'
import { sqlTruth, submissionOf } from '../sql/submission.ts'

/**
 * Jaccard similarity of the bigrams of the submitted query to those of the reference query, 0 to 1: the n-gram reward of
 * Reasoning-SQL (Pourreza et al., arXiv 2503.23157). Bigrams are of tokens of SQL, in lower case except texts. Declines
 * where no query was submitted, or the environment has no reference.
 */
export default defineRewardHook({
  name: 'sql-ngrams',
  version: 1,
  scope: 'outcome',
  summary: 'Jaccard similarity of the bigrams of the submitted query to those of the reference',
  reward({ steps }, { groundTruth }) {
    const [submission, truth] = [submissionOf(steps), sqlTruth(groundTruth())]
    return submission && truth && jaccard(bigramsOf(submission.sql), bigramsOf(truth.sql))
  },
})
