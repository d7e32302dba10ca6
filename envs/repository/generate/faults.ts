import type { Rng } from '../../../core/data/rng.ts'
import { type CallResult, resultsOf, type Sources, type TestCall } from '../projects/program.ts'
import { lineAt, type Mutation, mutationsOf } from '../python/mutations.ts'
import { parseModule } from '../python/parse.ts'

/** A mutation of a module. */
export interface ModuleMutation extends Mutation {
  readonly module: string
}

export const allMutations = (sources: Sources): readonly ModuleMutation[] =>
  [...sources].flatMap(([module, source]) =>
    mutationsOf(source, parseModule(source)).map((mutation) => ({ ...mutation, module })),
  )

/** The sources with mutations that do not overlap, and the line of each mutation in them. */
export function withMutations(sources: Sources, mutations: readonly ModuleMutation[]) {
  const changed = new Map(sources)
  const lines = new Map<ModuleMutation, number>()
  // From the last one of a module on, so that the positions of earlier ones hold.
  for (const mutation of [...mutations].sort((a, b) => b.start - a.start)) {
    const source = changed.get(mutation.module) ?? ''
    changed.set(mutation.module, source.slice(0, mutation.start) + mutation.text + source.slice(mutation.end))
  }
  for (const mutation of mutations) {
    const before = mutations.filter(({ module, start }) => module === mutation.module && start < mutation.start)
    const shift = before.reduce((sum, { start, end, text }) => sum + text.length - (end - start), 0)
    lines.set(mutation, lineAt(changed.get(mutation.module) ?? '', mutation.start + shift))
  }
  return { sources: changed as Sources, lineOf: (mutation: ModuleMutation): number => lines.get(mutation) ?? 0 }
}

/** Results of calls with mutations; null where one of them is not known, such as that of a loop without end. */
export function mutantResults(
  sources: Sources,
  mutations: readonly ModuleMutation[],
  calls: readonly TestCall[],
): readonly CallResult[] | null {
  const results = resultsOf(withMutations(sources, mutations).sources, calls)
  return results.includes(null) ? null : results
}

export const isSame = (one: CallResult | undefined, other: CallResult | undefined): boolean =>
  typeof one === 'object' && typeof other === 'object' ? one?.value === other?.value : one === other

/**
 * Allowed mutations of as many functions, drawn so that some call of `calls` has another result with each non-empty part of
 * them: who repairs fewer than all has not resolved the issue. Null where the draw found none.
 */
export function drawFaults(
  sources: Sources,
  calls: readonly TestCall[],
  count: number,
  isAllowed: (mutation: ModuleMutation) => boolean,
  rng: Rng,
): readonly ModuleMutation[] | null {
  const right = resultsOf(sources, calls)
  const isFound = (mutations: readonly ModuleMutation[]): boolean =>
    mutantResults(sources, mutations, calls)?.some((result, at) => !isSame(result, right[at])) ?? false
  const chosen: ModuleMutation[] = []
  for (const mutation of byKind(allMutations(sources), rng)) {
    if (chosen.length === count) break
    const isTaken = chosen.some(({ module, name }) => module === mutation.module && name === mutation.name)
    if (!isTaken && isAllowed(mutation) && subsets(chosen).every((others) => isFound([...others, mutation])))
      chosen.push(mutation)
  }
  return chosen.length === count ? chosen : null
}

/** In random order, so that kinds of mistakes are as frequent as each other, however many mutations each has. */
function byKind(mutations: readonly ModuleMutation[], rng: Rng): readonly ModuleMutation[] {
  const kinds = rng.shuffle([...new Set(mutations.map(({ kind }) => kind))])
  const queues = kinds.map((kind) => rng.shuffle(mutations.filter((each) => each.kind === kind)))
  const longest = Math.max(...queues.map((queue) => queue.length))
  return Array.from({ length: longest }, (_, at) => queues.flatMap((queue) => queue.slice(at, at + 1))).flat()
}

const subsets = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: 2 ** items.length }, (_, chosen) => items.filter((_, at) => (chosen >> at) % 2 === 1))
