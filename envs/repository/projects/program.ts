import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import { Interpreter } from '../python/run.ts'
import type { Value } from '../python/values.ts'
import type { Project, ProjectCall } from './project.ts'

/** Sources of a project by dotted module, with its constants. */
export type Sources = ReadonlyMap<string, string>

export type Constants = Readonly<Record<string, number>>

export const drawConstants = ({ constants }: Project, rng: Rng): Constants =>
  Object.fromEntries(Object.entries(constants).map(([name, values]) => [name, rng.choice(values)]))

export const sourcesOf = ({ name, modules }: Project, constants: Constants): Sources =>
  new Map(
    Object.entries(modules).map(([module, source]) => [
      `${name}.${module}`,
      source.replace(/\{\{(\w+)\}\}/g, (_, constant: string) => String(constants[constant] ?? '')),
    ]),
  )

/** File of a module. */
export const pathOf = (module: string): string => `${module.replaceAll('.', '/')}.py`

/** A call that a test makes. */
export interface TestCall {
  readonly module: string
  readonly name: string
  readonly args: readonly Value[]
}

export function drawCall(call: ProjectCall, rng: Rng, constants: Constants): TestCall {
  const at = call.name.lastIndexOf('.')
  return {
    module: call.name.slice(0, at),
    name: call.name.slice(at + 1),
    args: call.draw(rng, constants).map(pythonValue),
  }
}

function pythonValue(json: Json): Value {
  if (Array.isArray(json)) return (json as readonly Json[]).map(pythonValue)
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, item]: [string, Json]) => [key, pythonValue(item)]))
  return json
}

/** What a call gives, as Python writes it: a `value`, `failed` where Python raises, or null where it is not known. */
export type CallResult = { readonly value: string } | 'failed' | null

/** Results of calls in a program. */
export function resultsOf(sources: Sources, calls: readonly TestCall[]): readonly CallResult[] {
  const interpreter = new Interpreter((module) => sources.get(module))
  return calls.map(({ module, name, args }) => {
    const outcome = interpreter.call(module, name, args)
    if (outcome.kind === 'value') return { value: outcome.text }
    return outcome.kind === 'failed' ? 'failed' : null
  })
}
