import suite from '../../../conformance/suites/search-qa/index.ts'
import { describeRecords } from '../../support/record-suite.ts'

describeRecords(suite, [
  'search_qa_em.jsonl',
  'search_qa_format.jsonl',
  'search_qa_steps.jsonl',
  'search_qa_supporting_facts.jsonl',
  'verl_agent_search_prompts.jsonl',
])
