import {
  admissibleActions,
  buildPrompt,
  formatObservation,
  type PageActions,
  type ProjectedAction,
  type PromptInput,
  type PromptOptions,
  type PromptTurn,
  projectOutput,
  taskOf,
  type WorkerOutcome,
  workerOutcome,
} from 'stepgym/envs/webshop/verl'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/envs/webshop/verl`. The compiler checks this file; it is never run. */

expectTypeOf(buildPrompt).toEqualTypeOf<(input: PromptInput, options?: PromptOptions) => string>()
expectTypeOf<PromptInput['turns']>().toEqualTypeOf<readonly PromptTurn[]>()
expectTypeOf<PromptInput['available']>().toEqualTypeOf<PageActions>()
expectTypeOf<PromptTurn>().toEqualTypeOf<{ readonly observation: string; readonly action: string }>()
expectTypeOf<PromptOptions['historyLength']>().toEqualTypeOf<number | undefined>()
// @ts-expect-error: a prompt shows the actions of the page
buildPrompt({ task: 'buy a kettle', observation: 'Search', turns: [] })
expectTypeOf(admissibleActions({ hasSearchBar: true, clickables: ['buy now'] })).toEqualTypeOf<readonly string[]>()
expectTypeOf(formatObservation).toEqualTypeOf<(observation: string, task: string) => string>()
expectTypeOf(taskOf).toEqualTypeOf<(firstObservation: string) => string>()
expectTypeOf(projectOutput).toEqualTypeOf<(output: string) => ProjectedAction>()
expectTypeOf<ProjectedAction['isValid']>().toEqualTypeOf<boolean>()
expectTypeOf(workerOutcome({ reward: 1, done: true })).toEqualTypeOf<WorkerOutcome>()
expectTypeOf<WorkerOutcome['won']>().toEqualTypeOf<boolean>()
