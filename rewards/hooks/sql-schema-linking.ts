import { GymError } from '../../core/data/errors.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { jaccard, namesIn, recall } from '../sql/similarity.ts'
import { sqlTruth, submissionOf } from '../sql/submission.ts'

/**
 * How well the tables and columns of the submitted query are those of the reference query, 0 to 1: the schema linking
 * reward of Reasoning-SQL (Pourreza et al., arXiv 2503.23157). `measure` is `recall`, the share of the reference's names
 * that are used, as in the code of its authors, or `jaccard`, which counts superfluous names as well. 0 for a query that
 * does not run; declines where no query was submitted, or the environment has no reference.
 */
export default defineRewardHook({
  name: 'sql-schema-linking',
  version: 1,
  scope: 'outcome',
  summary: 'likeness of the tables and columns of the submitted query to those of the reference',
  options: { measure: 'recall' },
  reward({ steps }, { groundTruth, options: { measure } }) {
    if (measure !== 'recall' && measure !== 'jaccard')
      throw new GymError(
        'CONFIG_INVALID',
        `reward hook sql-schema-linking: measure is recall or jaccard, not ${measure}`,
      )
    const [submission, truth] = [submissionOf(steps), sqlTruth(groundTruth())]
    if (submission === null || truth === null) return null
    if (submission.error !== null) return 0
    const [given, wanted] = [submission.sql, truth.sql].map((sql) => namesIn(sql, truth.names))
    if (given === undefined || wanted === undefined) return null
    return measure === 'recall' ? recall(given, wanted) : jaccard(given, wanted)
  },
})
