import {
  buildPrompt,
  type ProjectedCommand,
  type PromptInput,
  type PromptTurn,
  projectOutput,
  taskOf,
} from 'stepgym/envs/household/verl'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/envs/household/verl`. The compiler checks this file; it is never run. */

expectTypeOf(buildPrompt).toEqualTypeOf<(input: PromptInput) => string>()
expectTypeOf<PromptInput['turns']>().toEqualTypeOf<readonly PromptTurn[]>()
expectTypeOf<PromptTurn>().toEqualTypeOf<{ readonly observation: string; readonly action: string }>()
// @ts-expect-error: a prompt shows the admissible commands
buildPrompt({ task: 'find a mug.', observation: 'You see nothing.', turns: [], steps: 0 })
expectTypeOf(taskOf).toEqualTypeOf<(firstObservation: string) => string>()
expectTypeOf(projectOutput).toEqualTypeOf<(output: string) => ProjectedCommand>()
expectTypeOf<ProjectedCommand['isValid']>().toEqualTypeOf<boolean>()
