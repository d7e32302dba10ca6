import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'
import { ACTION_TYPES, type ActionType } from '../rules/social.ts'

/** What the agent does in its turn: words for the other person, nothing, or its leave. */
export interface TurnAction {
  readonly type: ActionType
  readonly words: string
}

const HELP = `say something as a text, or give SOTOPIA's action, such as { "action_type": "speak", "argument": "Hello" }; types are ${ACTION_TYPES.join(', ')}`
const LONGEST = 2000

/** Text is speech, except `leave` and `do nothing`; an object is an action of SOTOPIA. */
export function readTurn(raw: Json): TurnAction | Problem {
  if (typeof raw === 'string') return turnOfText(raw.trim())
  return isObject(raw) ? turnOfObject(raw) : problem(HELP)
}

/** JSON Schema of what `readTurn` reads. */
export const TURN_SCHEMA: JsonObject = {
  anyOf: [
    { type: 'string', maxLength: LONGEST, description: 'what you say; or `leave`, or `do nothing`' },
    {
      type: 'object',
      properties: {
        action_type: { type: 'string', enum: [...ACTION_TYPES] },
        argument: { type: 'string', maxLength: LONGEST },
        to: { type: 'array', items: { type: 'string' } },
      },
      required: ['action_type'],
      additionalProperties: false,
    },
  ],
}

function turnOfText(text: string): TurnAction | Problem {
  if (text === 'leave') return { type: 'leave', words: '' }
  if (text === 'do nothing') return { type: 'none', words: '' }
  return spoken('speak', text)
}

function turnOfObject({ action_type, argument = '', to = [], ...rest }: JsonObject): TurnAction | Problem {
  const type = ACTION_TYPES.find((known) => known === action_type)
  const isKnown =
    type !== undefined && typeof argument === 'string' && Array.isArray(to) && Object.keys(rest).length === 0
  if (!isKnown) return problem(HELP)
  return type === 'none' || type === 'leave' ? { type, words: '' } : spoken(type, argument.trim())
}

function spoken(type: ActionType, words: string): TurnAction | Problem {
  if (words === '') return problem(HELP)
  return words.length > LONGEST ? problem(`say at most ${LONGEST} characters, not ${words.length}`) : { type, words }
}

const isObject = (raw: Json): raw is JsonObject => typeof raw === 'object' && raw !== null && !Array.isArray(raw)
