import { isSameState, procedureScores } from '../../../envs/procedures/states.ts'
import type { ConformanceSuite } from '../../handler.ts'
import { recordHandler } from '../../record-handler.ts'
import type { VectorRecord } from '../../vector-record.ts'
import { tasksHandler } from './tasks.ts'

const SCORES = ['prefix_match_length', 'prefix_accuracy', 'match_ratio', 'sequential_match', 'final_match']

const metricsHandler = recordHandler('metrics of ProcBench', 'procbench_metrics', (record) => {
  if (record.at('task') === 'exact_match') checkMatch(record)
  else checkScores(record)
})

function checkMatch(record: VectorRecord): void {
  record.only(['task', 'true', 'pred', 'match'])
  record.expect('match', Number(isSameState(record.at('true'), record.at('pred'))))
}

function checkScores(record: VectorRecord): void {
  record.only(['task', 'states_true', 'states_pred', ...SCORES])
  const scores = procedureScores(record.list('states_true'), record.list('states_pred'))
  record.expect('prefix_match_length', scores.prefixLength)
  record.expect('prefix_accuracy', scores.prefixAccuracy)
  record.expect('match_ratio', scores.matchRatio)
  record.expect('sequential_match', Number(scores.isSequenceRight))
  record.expect('final_match', scores.isFinalRight === null ? null : Number(scores.isFinalRight))
}

/** Handlers of the vector files on procedures. */
export default {
  name: 'procedures',
  vectors: 'envs',
  handlers: [metricsHandler, tasksHandler],
} satisfies ConformanceSuite
