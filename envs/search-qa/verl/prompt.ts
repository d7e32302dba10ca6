import { pythonJsonDumps } from '../../../core/cpython/json.ts'

/** A step taken: the projected action, and the observation after it. */
export interface PromptTurn {
  readonly action: string
  readonly observation: string
}

/** The observation after a search, as verl-agent's tool writes it: JSON, with characters beyond ASCII escaped. */
export const informationText = (passages: readonly string[]): string => {
  const result = passages.map((passage, at) => `Doc ${at + 1}: ${passage}\n`).join('')
  return wrapped(passages.length === 0 ? 'No search results found.' : result)
}

/** A result, or what went wrong, as verl-agent's tool writes it. */
export const wrapped = (result: string): string => `<information>${pythonJsonDumps({ result })}</information>`

/**
 * The prompt before the next step, as verl-agent's environment manager writes it, to the character.
 * @param turns the last turns that are shown, oldest first; none for the prompt without history.
 * @param steps all steps of the episode so far.
 */
export const buildPrompt = (question: string, turns: readonly PromptTurn[], steps: number): string => `
You are an expert agent tasked with answering the given question step-by-step.
Your question: ${question}
${turns.length === 0 ? '' : historyOf(turns, steps)}
Now it's your turn to respond for the current step.
You should first conduct reasoning process. This process MUST be enclosed within <think> </think> tags.\x20
After completing your reasoning, choose only one of the following actions (do not perform both):
(1) If you find you lack some knowledge, you can call a search engine to get more external information using format: <search> your query </search>.
(2) If you have enough knowledge to answer the question confidently, provide your final answer within <answer> </answer> tags, without detailed illustrations. For example, <answer>Beijing</answer>.
`

const historyOf = (turns: readonly PromptTurn[], steps: number): string => `
Prior to this step, you have already taken ${steps} step(s). Below is the interaction history where <search> </search> wrapped your past search queries and <information> </information> wrapped the corresponding search results returned by the external search engine. History:
${turns.map(({ action, observation }, at) => `Step ${steps - turns.length + at + 1}:${action} ${observation}\n`).join('\n')}
`
