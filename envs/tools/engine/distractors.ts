import { GymError } from '../../../core/data/errors.ts'
import { deriveKey, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { ToolsOptions } from './domain.ts'
import { fields, type ParameterSchema, text } from './parameters.ts'
import type { Tool } from './tool.ts'

const DISTRACTOR_STREAM = 4

type Draft = readonly [name: string, description: string, parameter: readonly [string, string] | null, answer: string]

/** Tools that a shop or an airline may have and that no task needs: they read nothing and change nothing. */
const DRAFTS: readonly Draft[] = [
  ['search_help_pages', 'Searches the help pages for a question.', ['question', 'The question.'], 'No page matches.'],
  ['get_opening_hours', 'Shows when the call centre is open.', null, 'Every day from 8 to 20.'],
  ['get_weather', 'Shows the weather of a city.', ['city', 'Name of the city.'], 'Mild, with some clouds.'],
  [
    'convert_currency',
    'Converts US dollars into another currency.',
    ['currency', 'Such as EUR.'],
    'There are no rates.',
  ],
  ['list_promotions', 'Lists the promotions of this week.', null, '[]'],
  ['get_loyalty_points', 'Shows the loyalty points of a user.', ['user_id', 'Id of the user.'], '0'],
  ['send_survey', 'Sends a user a survey about the service.', ['user_id', 'Id of the user.'], 'It is sent later.'],
  ['schedule_callback', 'Notes that a user wants to be called back.', ['time', 'Time of day.'], 'Noted.'],
  ['translate_text', 'Translates a text into English.', ['text', 'The text.'], 'The text is in English.'],
  ['check_service_status', 'Shows whether all systems run.', null, 'All systems run.'],
  ['find_nearest_branch', 'Finds the nearest branch office.', ['zip', 'Zip code.'], 'There is no branch office.'],
  ['get_agent_tips', 'Shows tips for service agents.', null, 'Be polite and precise.'],
]

/**
 * The tools of a domain with as many others among them as `distractors` says, in an order of the data's seed.
 * @throws GymError CONFIG_INVALID
 */
export function withDistractors(
  tools: readonly Tool[],
  { distractors, dataSeed }: Pick<ToolsOptions, 'distractors' | 'dataSeed'>,
): readonly Tool[] {
  if (!(Number.isInteger(distractors) && distractors >= 0 && distractors <= DRAFTS.length))
    throw new GymError(
      'CONFIG_INVALID',
      `distractors must be a whole number from 0 to ${DRAFTS.length}, not ${distractors}`,
    )
  if (distractors === 0) return tools
  const rng = new Rng(deriveKey(keyOfSeed(dataSeed), DISTRACTOR_STREAM, 0), 0)
  const names = new Set(tools.map(({ name }) => name))
  const drafts = rng.shuffle(DRAFTS.filter(([name]) => !names.has(name))).slice(0, distractors)
  return rng.shuffle([...tools, ...drafts.map(toolOf)])
}

function toolOf([name, description, parameter, answer]: Draft): Tool {
  const properties: { readonly [name: string]: ParameterSchema } = parameter
    ? { [parameter[0]]: text(parameter[1]) }
    : {}
  return { name, description, parameters: fields(properties), effect: 'read', run: () => answer }
}
