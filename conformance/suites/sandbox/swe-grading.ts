import { gradePatch, type PatchGrade, type TestReport } from '../../../sandbox/judge/swe-bench.ts'
import { VerifyMismatch } from '../../handler.ts'
import { recordHandler } from '../../record-handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

export const sweGradingHandler = recordHandler('grading of SWE-bench', 'swe_grading', (record) => {
  record.only(['status_map', 'fail_to_pass', 'pass_to_pass', 'eval_type', 'report', 'f2p', 'p2p', 'resolution'])
  const statuses = record.object('status_map')
  const grade = gradePatch(new Map(statuses.names.map((id) => [id, statuses.text(id)])), {
    failToPass: record.texts('fail_to_pass'),
    passToPass: record.texts('pass_to_pass'),
    evaluation: evaluationOf(record),
  })
  record.expect('report', { FAIL_TO_PASS: reportOf(grade.failToPass), PASS_TO_PASS: reportOf(grade.passToPass) })
  record.expect('f2p', grade.shares.failToPass)
  record.expect('p2p', grade.shares.passToPass)
  record.expect('resolution', RESOLUTIONS[grade.resolution])
})

const RESOLUTIONS: Readonly<Record<PatchGrade['resolution'], string>> = {
  full: 'RESOLVED_FULL',
  partial: 'RESOLVED_PARTIAL',
  no: 'RESOLVED_NO',
}

const reportOf = ({ success, failure }: TestReport) => ({ success, failure })

function evaluationOf(record: VectorRecord): 'pass_and_fail' | 'fail_only' {
  const type = record.text('eval_type')
  if (type === 'pass_and_fail' || type === 'fail_only') return type
  throw new VerifyMismatch(`${record.path}.eval_type`, 'pass_and_fail or fail_only', type)
}
