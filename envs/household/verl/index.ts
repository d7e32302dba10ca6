/**
 * What policies trained with verl-agent on ALFWorld depend on: its prompts and its projection of model outputs.
 * @module
 */
export { type ProjectedCommand, projectOutput } from './projection.ts'
export { buildPrompt, type PromptInput, type PromptTurn, taskOf } from './prompt.ts'
