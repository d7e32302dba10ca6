import { pythonStrip } from '../../../core/cpython/text.ts'
import { GymError } from '../../../core/data/errors.ts'

/** A step taken: the observation before it, and the projected command. */
export interface PromptTurn {
  readonly observation: string
  readonly action: string
}

/** Parts of a prompt before one step. */
export interface PromptInput {
  /** The task with its period, as `taskOf` finds it. */
  readonly task: string
  readonly observation: string
  /** `help` among them is left out. */
  readonly admissible: readonly string[]
  /** The last turns that are shown, oldest first; none for the prompt without history. */
  readonly turns: readonly PromptTurn[]
  /** All steps of the episode so far. */
  readonly steps: number
}

const TASK = 'Your task is to: '

/**
 * The task in the first observation of an episode, with its period.
 * @throws GymError ENV_INVALID where the observation names no task
 */
export function taskOf(firstObservation: string): string {
  const at = firstObservation.indexOf(TASK)
  if (at === -1)
    throw new GymError('ENV_INVALID', `no task in the first observation: ${firstObservation.slice(0, 200)}`)
  return pythonStrip(firstObservation.slice(at + TASK.length))
}

/**
 * The prompt before the next step, as verl-agent's `build_text_obs` writes it, to the character. Without turns it has
 * no line for the task: the first observation names it.
 */
export const buildPrompt = (input: PromptInput): string =>
  input.turns.length === 0 ? promptWithoutHistory(input) : promptWithHistory(input)

const promptWithoutHistory = ({ observation, admissible }: PromptInput): string => `
You are an expert agent operating in the ALFRED Embodied Environment.
Your current observation is: ${observation}
${closing(admissible)}`

const promptWithHistory = ({ task, observation, admissible, turns, steps }: PromptInput): string => `
You are an expert agent operating in the ALFRED Embodied Environment. Your task is to: ${task}
Prior to this step, you have already taken ${steps} step(s). Below are the most recent ${turns.length} observations and the corresponding actions you took: ${historyOf(turns, steps)}
You are now at step ${steps + 1} and your current observation is: ${observation}
${closing(admissible)}`

const historyOf = (turns: readonly PromptTurn[], steps: number): string =>
  turns
    .map(({ observation, action }, at) => {
      const number = steps - turns.length + at + 1
      return `[Observation ${number}: '${observation}', Action ${number}: '${action}']`
    })
    .join('\n')

const closing = (
  admissible: readonly string[],
): string => `Your admissible actions of the current situation are: [${admissible
  .filter((command) => command !== 'help')
  .map((command) => `'${command}'`)
  .join('\n ')}].

Now it's your turn to take an action.
You should first reason step-by-step about the current situation. This reasoning process MUST be enclosed within <think> </think> tags.\x20
Once you've finished your reasoning, you should choose an admissible action for current step and present it within <action> </action> tags.
`
