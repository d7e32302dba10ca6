import type { House } from '../../../envs/household/house.ts'
import { admissibleCommands } from '../../../envs/household/rules/admissible.ts'
import { PROFILES, takeCommand } from '../../../envs/household/rules/take-command.ts'
import { startText } from '../../../envs/household/rules/texts.ts'
import { startWorld, type World } from '../../../envs/household/state.ts'
import { taskOf } from '../../../envs/household/verl/prompt.ts'
import { recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { VectorRecord } from '../../vector-record.ts'
import { factsOf } from './facts.ts'
import { GAME_FIELDS, recordedGame } from './recorded-game.ts'

export const transcriptsHandler: VerifyHandler = {
  name: 'ALFWorld transcripts',
  pattern: /^alfworld_transcripts[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `game ${index}`, check: () => checkGame(new VectorRecord(`[${index}]`, read())) }
  },
}

/** Fields that say where a record comes from, or follow from others. */
const NOTES = ['index', 'case', 'mode', 'replanned_at', 'expert_commands']
const STARTS = ['observation0', 'admissible0', 'facts0_dynamic', 'steps']

function checkGame(record: VectorRecord): void {
  record.only([...GAME_FIELDS, ...NOTES, ...STARTS])
  const house = recordedGame(record, taskIn(record))
  let world = startWorld(house)
  record.expect('observation0', startText(house))
  record.expect('admissible0', admissibleCommands(house, world, 'current'))
  record.expect('facts0_dynamic', factsOf(house, world))
  for (const step of record.objects('steps')) world = checkStep(house, world, step)
  if (record.has('expert_commands')) checkTour(record, house)
}

/** The task without its period. */
const taskIn = (record: VectorRecord): string => taskOf(record.text('observation0')).replace(/\.$/, '')

const STEP_FIELDS = [
  ...['action', 'observation', 'admissible_commands', 'score', 'won', 'done'],
  ...['facts_added', 'facts_removed'],
]
export const REFERENCE = { ...PROFILES.reference, wording: 'current' } as const

function checkStep(house: House, before: World, step: VectorRecord): World {
  step.only(STEP_FIELDS)
  const { world, answer, isWon } = takeCommand(house, before, step.text('action').trim(), REFERENCE)
  step.expect('observation', answer)
  step.expect('admissible_commands', admissibleCommands(house, world, 'current'))
  step.expect('won', isWon)
  step.expect('score', Number(isWon))
  step.expect('done', isWon)
  const [old, now] = [factsOf(house, before), factsOf(house, world)]
  step.expect(
    'facts_added',
    now.filter((fact) => !old.includes(fact)),
  )
  step.expect(
    'facts_removed',
    old.filter((fact) => !now.includes(fact)),
  )
  return world
}

/** The scripted tour, played from the start, solves the task. */
function checkTour(record: VectorRecord, house: House): void {
  let world = startWorld(house)
  let won = false
  for (const command of record.texts('expert_commands')) {
    const taken = takeCommand(house, world, command, REFERENCE)
    world = taken.world
    won = taken.isWon
  }
  if (!won) throw new VerifyMismatch(`${record.path}.expert_commands`, 'a tour that solves the task', 'not solved')
}
