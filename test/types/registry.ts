import type { AgentFactory, Environment, JsonObject, RewardHook, Trajectory } from 'stepgym'
import type { Estimator, StepBatch } from 'stepgym/credit'
import {
  type Aggregate,
  applyRecipe,
  applyRecipeTo,
  type Clock,
  type Combined,
  type Curation,
  type Filter,
  type Gate,
  type MissingSignal,
  type OnNull,
  parseRecipe,
  type Recipe,
  type Schedule,
  type Shaped,
  type StepMask,
  shapeBatch,
  type Term,
  type Transform,
} from 'stepgym/recipes'
import {
  agents,
  type Catalog,
  type CatalogSettings,
  conformanceSuites,
  environments,
  estimators,
  hooks,
  type RecipeData,
  recipes,
} from 'stepgym/registry'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/registry` and `stepgym/recipes`. The compiler checks this file; it is never run. */

expectTypeOf(environments).toEqualTypeOf<(settings?: CatalogSettings) => Catalog<Environment>>()
expectTypeOf(hooks()).toEqualTypeOf<Catalog<RewardHook>>()
expectTypeOf(agents()).toEqualTypeOf<Catalog<AgentFactory>>()
expectTypeOf(estimators()).toEqualTypeOf<Catalog<Estimator>>()
expectTypeOf(recipes()).toEqualTypeOf<Catalog<RecipeData>>()
expectTypeOf(environments().load('grid')).toEqualTypeOf<Promise<Environment>>()
expectTypeOf(environments().names()).toEqualTypeOf<readonly string[]>()
expectTypeOf(conformanceSuites().loadByName).parameters.toEqualTypeOf<[name: string]>()
expectTypeOf<RecipeData>().toExtend<JsonObject>()
// @ts-expect-error: a folder is a path
environments({ userFolder: new URL('.', 'file:///') })

declare const recipe: Recipe
declare const trajectory: Trajectory
declare const batch: StepBatch
expectTypeOf(parseRecipe).toEqualTypeOf<(json: unknown) => Recipe>()
expectTypeOf(recipe.terms).toEqualTypeOf<readonly Term[]>()
expectTypeOf(recipe.filter).toEqualTypeOf<Filter | readonly Filter[] | undefined>()
expectTypeOf(recipe.mask).toEqualTypeOf<StepMask | undefined>()
expectTypeOf<StepMask['least']>().toEqualTypeOf<number | undefined>()
expectTypeOf<Curation['filters']>().toEqualTypeOf<readonly Filter[]>()
expectTypeOf<Curation['mask']>().toEqualTypeOf<StepMask | null>()
expectTypeOf(recipe.onNull).toEqualTypeOf<OnNull>()
expectTypeOf<OnNull>().toExtend<string>()
expectTypeOf<Filter['kind']>().toEqualTypeOf<'prof' | 'spread' | 'likelihood' | 'consensus'>()
expectTypeOf<Term['transforms']>().toEqualTypeOf<readonly Transform[] | undefined>()
expectTypeOf<Term['aggregate']>().toEqualTypeOf<Aggregate | undefined>()
expectTypeOf<Term['gate']>().toEqualTypeOf<Gate | undefined>()
expectTypeOf<Term['schedule']>().toEqualTypeOf<Schedule | undefined>()
expectTypeOf(applyRecipe(recipe, trajectory)).toEqualTypeOf<Combined>()
expectTypeOf(applyRecipe).parameter(2).toEqualTypeOf<Clock | undefined>()
expectTypeOf(applyRecipeTo(recipe, [trajectory])).toEqualTypeOf<readonly Combined[]>()
// @ts-expect-error: a recipe is read before it is applied
applyRecipe({ name: 'shaped', version: 1 }, trajectory)
// A sum with a missing part is null, with what is missing.
expectTypeOf<Combined['total']>().toEqualTypeOf<number | null>()
expectTypeOf<Combined['missing']>().toEqualTypeOf<readonly MissingSignal[]>()
expectTypeOf(shapeBatch(batch, recipe)).toEqualTypeOf<Shaped>()
expectTypeOf<Shaped['batch']>().toEqualTypeOf<StepBatch>()
