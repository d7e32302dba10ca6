import { answerOverlap, exactMatch, normalizeAnswer, subMatch } from '../../../envs/search-qa/scores/answer.ts'
import { type Fact, factOverlap, jointOverlap } from '../../../envs/search-qa/scores/supporting-facts.ts'
import {
  exactReward,
  formatReward,
  hasRetrieved,
  judgeFormat,
  lastAnswer,
  subMatchReward,
} from '../../../envs/search-qa/search-r1/reward.ts'
import { VerifyMismatch } from '../../handler.ts'
import { recordHandler } from '../../record-handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

export const exactMatchHandler = recordHandler('exact match and F1', 'search_qa_em', (record) => {
  record.only([
    ...['prediction', 'gold', 'golds', 'normalized_prediction', 'normalized_gold'],
    ...['em', 'f1', 'precision', 'recall', 'search_r1_em', 'search_r1_subem'],
  ])
  const [prediction, gold, golds] = [record.text('prediction'), record.text('gold'), record.texts('golds')]
  const { f1, precision, recall } = answerOverlap(prediction, gold)
  record.expect('normalized_prediction', normalizeAnswer(prediction))
  record.expect('normalized_gold', normalizeAnswer(gold))
  record.expect('em', exactMatch(prediction, [gold]))
  record.expect('f1', f1)
  record.expect('precision', precision)
  record.expect('recall', recall)
  record.expect('search_r1_em', Number(exactMatch(prediction, golds)))
  record.expect('search_r1_subem', Number(subMatch(prediction, golds)))
})

export const factsHandler = recordHandler('supporting facts', 'search_qa_supporting_facts', (record) => {
  record.only(['answer_pred', 'answer_gold', 'sp_pred', 'sp_gold', 'metrics', 'joint'])
  const [prediction, gold] = [record.text('answer_pred'), record.text('answer_gold')]
  const answer = answerOverlap(prediction, gold)
  const facts = factOverlap(factsOf(record, 'sp_pred'), factsOf(record, 'sp_gold'))
  const joint = jointOverlap(answer, facts)
  const em = Number(exactMatch(prediction, [gold]))
  record.expect('metrics', {
    ...{ em, f1: answer.f1, prec: answer.precision, recall: answer.recall },
    ...{ sp_em: Number(facts.isExact), sp_f1: facts.f1, sp_prec: facts.precision, sp_recall: facts.recall },
  })
  record.expect('joint', {
    ...{ joint_em: em * Number(facts.isExact), joint_f1: joint.f1 },
    ...{ joint_prec: joint.precision, joint_recall: joint.recall },
  })
})

const factsOf = (record: VectorRecord, name: string): readonly Fact[] =>
  record.list(name).map((fact) => {
    const [title, sentence]: readonly unknown[] = Array.isArray(fact) ? fact : []
    if (typeof title === 'string' && typeof sentence === 'number') return [title, sentence]
    throw new VerifyMismatch(`${record.path}.${name}`, 'pairs of title and number', fact)
  })

export const formatHandler = recordHandler('the form of Search-R1', 'search_qa_format', (record) => {
  record.only([
    ...['text', 'golds', 'valid_sequence', 'extracted', 'retrieval_correct'],
    ...['score_v03', 'score_v03_no_retrieval', 'score_em', 'score_subem', 'verl_agent_score'],
  ])
  const [text, golds] = [record.text('text'), record.texts('golds')]
  const { isValid, message } = judgeFormat(text)
  record.expect('valid_sequence', [isValid, message])
  record.expect('extracted', lastAnswer(text))
  record.expect('retrieval_correct', hasRetrieved(text, golds))
  record.expect('score_v03', formatReward(text, golds, { retrieval: 0.1 }))
  record.expect('score_v03_no_retrieval', formatReward(text, golds))
  record.expect('score_em', exactReward(text, golds))
  record.expect('score_subem', subMatchReward(text, golds))
  const answer = lastAnswer(text, 1)
  record.expect('verl_agent_score', Number(answer !== null && exactMatch(answer, golds)))
})
