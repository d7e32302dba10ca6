import { pythonStrip } from '../../../core/cpython/text.ts'
import type { House } from '../../../envs/household/house.ts'
import { admissibleCommands } from '../../../envs/household/rules/admissible.ts'
import { takeCommand } from '../../../envs/household/rules/take-command.ts'
import { startText } from '../../../envs/household/rules/texts.ts'
import { startWorld, type World } from '../../../envs/household/state.ts'
import { projectOutput } from '../../../envs/household/verl/projection.ts'
import { buildPrompt, type PromptTurn, taskOf } from '../../../envs/household/verl/prompt.ts'
import { recordsOf, type VerifyHandler } from '../../handler.ts'
import { VectorRecord } from '../../vector-record.ts'
import { GAME_FIELDS, recordedGame } from './recorded-game.ts'
import { REFERENCE } from './transcripts.ts'

export const verlProjectionHandler: VerifyHandler = {
  name: 'verl-agent projection of ALFWorld',
  pattern: /^verl_agent_alfworld_projection[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `output ${index}`, check: () => checkProjection(new VectorRecord(`[${index}]`, read())) }
  },
}

function checkProjection(record: VectorRecord): void {
  record.only(['response', 'action', 'valid'])
  const { command, isValid } = projectOutput(record.text('response'))
  record.expect('action', command)
  record.expect('valid', Number(isValid))
}

export const verlPromptsHandler: VerifyHandler = {
  name: 'verl-agent prompts of ALFWorld',
  pattern: /^verl_agent_alfworld_prompts[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `episode ${index}`, check: () => checkEpisode(new VectorRecord(`[${index}]`, read())) }
  },
}

const STEP_LIMIT = 50
const WON_REWARD = 10

/** An episode of verl-agent's environment manager; after its end a worker repeats its last answer. */
interface Progress {
  readonly world: World
  readonly observation: string
  readonly steps: number
  readonly isDone: boolean
  readonly isWon: boolean
  /** All turns, also those after the end. */
  readonly turns: readonly PromptTurn[]
}

function checkEpisode(record: VectorRecord): void {
  record.only(['index', 'history_length', 'task', 'scene', 'prompt0', 'anchor0', 'admissible0', 'turns'])
  const scene = record.object('scene').only(GAME_FIELDS)
  const house = recordedGame(scene, record.text('task').replace(/\.$/, ''))
  const length = record.number('history_length')
  let progress = startOf(house)
  record.expect('task', taskOf(progress.observation))
  record.expect('anchor0', progress.observation)
  record.expect('admissible0', shownCommands(house, progress.world))
  record.expect('prompt0', promptOf(house, progress, length))
  for (const turn of record.objects('turns')) {
    progress = checkTurn(house, progress, turn)
    turn.expect('prompt', promptOf(house, progress, length))
  }
}

function startOf(house: House): Progress {
  const ending = { isDone: false, isWon: false }
  return { world: startWorld(house), observation: startText(house), steps: 0, turns: [], ...ending }
}

const TURN_FIELDS = [
  ...['response', 'action', 'valid', 'anchor', 'admissible_commands'],
  ...['prompt', 'reward', 'done', 'won'],
]

function checkTurn(house: House, before: Progress, turn: VectorRecord): Progress {
  turn.only(TURN_FIELDS)
  const { command, isValid } = projectOutput(turn.text('response'))
  turn.expect('action', command)
  turn.expect('valid', Number(isValid))
  const after = before.isDone ? before : played(house, before, command)
  turn.expect('anchor', after.observation)
  turn.expect('admissible_commands', shownCommands(house, after.world))
  turn.expect('won', after.isWon)
  turn.expect('done', after.isDone)
  turn.expect('reward', after.isWon ? WON_REWARD : 0)
  return { ...after, turns: [...before.turns, { observation: before.observation, action: command }] }
}

function played(house: House, { world, steps, turns }: Progress, command: string): Progress {
  const taken = takeCommand(house, world, pythonStrip(command), REFERENCE)
  const isDone = taken.isWon || steps + 1 >= STEP_LIMIT
  return { world: taken.world, observation: taken.answer, steps: steps + 1, isDone, isWon: taken.isWon, turns }
}

const shownCommands = (house: House, world: World): readonly string[] => admissibleCommands(house, world, 'current')

const promptOf = (house: House, { world, observation, turns }: Progress, length: number): string =>
  buildPrompt({
    task: `${house.text}.`,
    observation,
    admissible: shownCommands(house, world),
    turns: length <= 0 ? [] : turns.slice(-length),
    steps: turns.length,
  })
