import { GymError } from '../../../core/data/errors.ts'

/** What can be done on a page, as the simulator lists it. */
export interface PageActions {
  readonly hasSearchBar: boolean
  readonly clickables: readonly string[]
}

/** A step taken: the formatted observation it was chosen on, and the projected action. */
export interface PromptTurn {
  readonly observation: string
  readonly action: string
}

/** Parts of a prompt before one step. */
export interface PromptInput {
  readonly task: string
  /** Formatted (`formatObservation`). */
  readonly observation: string
  readonly available: PageActions
  /** Every step of the episode so far, oldest first; empty at the first prompt. */
  readonly turns: readonly PromptTurn[]
}

/** Defaults are those of verl-agent's WebShop runs. */
export interface PromptOptions {
  /** Steps shown (`env.history_length`), default 2; 0 for none. */
  readonly historyLength?: number
  /** Code points above which a prompt is rebuilt without history; the rebuilt one is never cut. @default 13000 */
  readonly maxPromptLength?: number
}

const SEPARATOR = ' [SEP] '
const DEFAULT_HISTORY_LENGTH = 2
const DEFAULT_MAX_PROMPT_LENGTH = 13_000

/**
 * The task text in the first observation of an episode: its third part, so a task that holds ` [SEP] ` is cut there.
 * @throws GymError ENV_INVALID where the observation is not that of a start page.
 */
export function taskOf(firstObservation: string): string {
  const [, label, task] = firstObservation.split(SEPARATOR)
  if (label !== 'Instruction:' || task === undefined)
    throw new GymError('ENV_INVALID', `no task in the first observation: ${firstObservation.slice(0, 200)}`)
  return task
}

/**
 * The parts after the task, each in quotes (verl-agent's `format_obs`); it is also that project's anchor.
 * A page that does not show the task, such as the one after a purchase, comes back as it is.
 */
export function formatObservation(observation: string, task: string): string {
  const parts = observation.split(SEPARATOR)
  const taskIndex = parts.indexOf(task)
  if (taskIndex === -1) return observation
  return parts
    .slice(taskIndex + 1)
    .map((part) => `'${part}'`)
    .join(SEPARATOR)
}

/** Search first, then every clickable in the order of the page. */
export const admissibleActions = ({ hasSearchBar, clickables }: PageActions): readonly string[] => [
  ...(hasSearchBar ? ['search[<your query>]'] : []),
  ...clickables.map((name) => `click[${name}]`),
]

/** The prompt before the next step, as verl-agent's `build_text_obs` writes it, to the character. */
export function buildPrompt(input: PromptInput, options: PromptOptions = {}): string {
  const { historyLength = DEFAULT_HISTORY_LENGTH, maxPromptLength = DEFAULT_MAX_PROMPT_LENGTH } = options
  if (input.turns.length === 0 || historyLength <= 0) return promptWithoutHistory(input)
  const prompt = promptWithHistory(input, historyLength)
  return isLongerThan(prompt, maxPromptLength) ? promptWithoutHistory(input) : prompt
}

/** Counts code points, as Python's `len`, and only where the UTF-16 length leaves a doubt. */
const isLongerThan = (text: string, limit: number): boolean => text.length > limit && [...text].length > limit

const promptWithoutHistory = ({ task, observation, available }: PromptInput): string => `
You are an expert autonomous agent operating in the WebShop e\u2011commerce environment.\x20
Your task is to: ${task}.
Your current observation is: ${observation}.
${closing(available)}`

const promptWithHistory = ({ task, observation, available, turns }: PromptInput, historyLength: number): string => `
You are an expert autonomous agent operating in the WebShop e\u2011commerce environment.
Your task is to: ${task}.
Prior to this step, you have already taken ${turns.length} step(s). Below are the most recent ${Math.min(historyLength, turns.length)} observations and the corresponding actions you took: ${recentTurns(turns, historyLength)}
You are now at step ${turns.length + 1} and your current observation is: ${observation}.
${closing(available)}`

const recentTurns = (turns: readonly PromptTurn[], historyLength: number): string => {
  const first = Math.max(0, turns.length - historyLength)
  return turns
    .slice(first)
    .map(({ observation, action }, index) => {
      const step = first + index + 1
      return `[Observation ${step}: '${observation}', Action ${step}: '${action}']`
    })
    .join('\n')
}

const closing = (available: PageActions): string => `Your admissible actions of the current situation are:\x20
[
${admissibleActions(available)
  .map((action) => `'${action}',`)
  .join('\n')}
].

Now it's your turn to take one action for the current step.
You should first reason step-by-step about the current situation, then think carefully which admissible action best advances the shopping goal. This reasoning process MUST be enclosed within <think> </think> tags.\x20
Once you've finished your reasoning, you should choose an admissible action for current step and present it within <action> </action> tags.
`
