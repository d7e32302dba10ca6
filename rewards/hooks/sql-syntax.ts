import { defineRewardHook } from '../../core/reward/hook.ts'
import { submissionOf } from '../sql/submission.ts'

/**
 * 1 if the query that a trajectory submits runs, whatever its rows are, else 0: the syntax check of Reasoning-SQL
 * (Pourreza et al., arXiv 2503.23157). Declines where no query was submitted.
 */
export default defineRewardHook({
  name: 'sql-syntax',
  version: 1,
  scope: 'outcome',
  summary: '1 if the submitted query of SQL runs, else 0',
  reward({ steps }) {
    const submission = submissionOf(steps)
    return submission && Number(submission.error === null)
  },
})
