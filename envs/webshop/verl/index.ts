/**
 * What policies trained with verl-agent on WebShop depend on: its prompts, its projection of model outputs, its reward.
 * @module
 */
export { type WorkerOutcome, workerOutcome } from './outcome.ts'
export { type ProjectedAction, projectOutput } from './projection.ts'
export {
  admissibleActions,
  buildPrompt,
  formatObservation,
  type PageActions,
  type PromptInput,
  type PromptOptions,
  type PromptTurn,
  taskOf,
} from './prompt.ts'
