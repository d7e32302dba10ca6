/**
 * Recipes: how recorded signals are combined when credit is assigned.
 * @module
 */
export { applyRecipe, type Combined, type MissingSignal } from './apply.ts'
export { parseRecipe } from './parse.ts'
export type { Aggregate, Clip, Gate, OnNull, Recipe, Term } from './recipe.ts'
