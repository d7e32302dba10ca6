import suite from '../../../conformance/suites/procedures/index.ts'
import { describeRecords } from '../../support/record-suite.ts'

describeRecords(suite, ['procbench_metrics.jsonl', 'procbench_tasks.jsonl'])
