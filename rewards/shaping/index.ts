/**
 * Recipes: how recorded signals are combined when credit is assigned.
 * @module
 */
export type { Aggregate } from './aggregate.ts'
export { applyRecipe, applyRecipeTo, type Clock, type Combined } from './apply.ts'
export type { Curation } from './curation.ts'
export type { Filter } from './filter.ts'
export type { Gate } from './gate.ts'
export type { MissingSignal } from './measures.ts'
export { parseRecipe } from './parse.ts'
export type { OnNull, Recipe, Term } from './recipe.ts'
export type { Schedule } from './schedule.ts'
export { type Shaped, shapeBatch } from './shape-batch.ts'
export type { StepMask } from './step-mask.ts'
export type { Transform } from './transforms/index.ts'
