import { scheduledScore, type ToolRlSwitches } from '../../../rewards/tools/toolrl-schedule.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'

export const toolRlHandler = caseFileHandler('schedules and switches of ToolRL', 'toolrl_schedule', checkSchedule)

/** Environment variables there, switches here. */
const SWITCHES: Readonly<Record<string, keyof ToolRlSwitches>> = {
  SCHEDULEREWARD: 'scheduled',
  MAX1STEP30MAX3: 'twoStage',
  CORRECTMAX1: 'unitCorrectness',
  REFINEDREWARD: 'exactNames',
  INTERMEDIATEREWARD: 'wholeCalls',
  COARSEREWARD: 'allOrNothing',
  WITHLENGTH: 'withLength',
  SCHEDULELENGTH: 'scheduledLength',
}

function checkSchedule(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['step', 'switches'])
  const unknown = args.texts('switches').find((name) => SWITCHES[name] === undefined)
  if (unknown !== undefined) throw new VerifyMismatch(`${args.path}.switches`, Object.keys(SWITCHES), unknown)
  const switches = Object.fromEntries(args.texts('switches').map((name) => [SWITCHES[name] ?? name, true]))
  const input = record.object('input').only(['solution', 'answer'])
  const scored = scheduledScore(input.text('solution'), input.text('answer'), args.number('step'), switches)
  const expected = record.object('expected').only(['score', 'format', 'correctness', 'length'])
  for (const [name, value] of Object.entries(scored)) expected.expect(name, value)
}
