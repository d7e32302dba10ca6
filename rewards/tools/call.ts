import { pythonEquals } from '../../core/cpython/equality.ts'

/** One call of a tool, as a model wrote it or as it should have been. */
export interface ToolCall {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Shared items over all items, each as often as it occurs: 1 for equal bags, of nothing too. */
export function bagOverlap(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const item of a) counts.set(item, (counts.get(item) ?? 0) + 1)
  let shared = 0
  for (const item of b) {
    const left = counts.get(item) ?? 0
    if (left === 0) continue
    counts.set(item, left - 1)
    shared += 1
  }
  const all = a.length + b.length - shared
  return all === 0 ? 1 : shared / all
}

/** Parameters of the wanted call that the other has with an equal value (Python's `==`). */
export const equalValues = (wanted: ToolCall, got: ToolCall): number =>
  Object.entries(wanted.parameters).filter(
    ([name, value]) => Object.hasOwn(got.parameters, name) && pythonEquals(got.parameters[name], value),
  ).length
