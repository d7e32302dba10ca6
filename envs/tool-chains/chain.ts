import { canonicalJson } from '../../core/data/hash.ts'
import type { Rng } from '../../core/data/rng.ts'
import { type Entry, type Facts, FIELDS, KINDS, type Kind } from './facts.ts'

export const OPERATIONS = ['plus', 'minus', 'times'] as const
export type Operation = (typeof OPERATIONS)[number]

/** A call of a tool: a lookup by name, or a calculation. */
export type Call =
  | { readonly tool: Kind; readonly name: string }
  | { readonly tool: 'calculate'; readonly left: number; readonly operation: Operation; readonly right: number }

/** A question whose answer takes calls that depend on earlier ones. */
export interface Chain {
  readonly question: string
  /** In an order in which each has what it needs. */
  readonly calls: readonly Call[]
  readonly answer: number
}

/** A number of the world, and the lookups that lead to it. */
interface Path {
  readonly words: string
  readonly calls: readonly Call[]
  readonly value: number
}

const LONGEST_PATH = 3

export const isKind = (name: string): name is Kind => KINDS.some((kind) => kind === name)

/** What identifies a call; sums and products are the same in either order. */
export function keyOf(call: Call): string {
  if (call.tool !== 'calculate') return canonicalJson([call.tool, call.name])
  const { left, operation, right } = call
  const sides = operation === 'minus' ? [left, right] : [left, right].toSorted((a, b) => a - b)
  return canonicalJson(['calculate', operation, ...sides])
}

export const calculated = (left: number, operation: Operation, right: number): number =>
  operation === 'plus' ? left + right : operation === 'minus' ? left - right : left * right

/** A chain of this many calls, from 1: paths, each after the first with a calculation. No lookup comes twice. */
export function drawChain(rng: Rng, facts: Facts, count: number): Chain {
  const { words, calls, value } = drawPath(rng, facts, lengthFor(rng, count))
  let chain: Chain = { question: words, calls, answer: value }
  while (chain.calls.length < count) {
    const path = drawPath(rng, facts, lengthFor(rng, count - chain.calls.length - 1))
    if (isFresh(path, chain)) chain = extended(chain, path, drawOperation(rng, chain.answer, path.value))
  }
  return { ...chain, question: `What is ${chain.question}?` }
}

function isFresh(path: Path, { calls }: Chain): boolean {
  const known = new Set(calls.map(keyOf))
  return path.calls.every((call) => !known.has(keyOf(call)))
}

/** No single call may be left after it: a further path takes two at least. */
function lengthFor(rng: Rng, left: number): number {
  const lengths = [1, 2, LONGEST_PATH].filter((length) => length === left || left - length >= 2)
  return rng.choice(lengths)
}

/** Results stay whole numbers without lost digits. */
const LARGEST_PRODUCT = 1e12

function drawOperation(rng: Rng, left: number, right: number): Operation {
  const isTooLarge = Math.abs(left * right) > LARGEST_PRODUCT
  return rng.choice(isTooLarge ? (['plus', 'minus'] as const) : OPERATIONS)
}

/** Calculations nest to the left: what is there already comes first, in brackets. */
function extended({ question, calls, answer }: Chain, path: Path, operation: Operation): Chain {
  const call: Call = { tool: 'calculate', left: answer, operation, right: path.value }
  const isNested = calls.some(({ tool }) => tool === 'calculate')
  return {
    question: `${isNested ? `(${question})` : question} ${operation} ${path.words}`,
    calls: [...calls, ...path.calls, call],
    answer: calculated(answer, operation, path.value),
  }
}

/** A path of this many lookups, to a number of the last thing. */
function drawPath(rng: Rng, facts: Facts, length: number): Path {
  const kinds = kindsOf(rng, length)
  const [first] = kinds
  const name = rng.choice([...facts[first].keys()])
  return followed(rng, facts, kinds, name)
}

/** Kinds along a path: three lookups start from a person and go over a company. */
function kindsOf(rng: Rng, length: number): readonly [Kind, ...Kind[]] {
  if (length === 1) return [rng.choice(KINDS)]
  if (length === LONGEST_PATH) return ['person', 'company', 'city']
  return rng.choice([
    ['person', 'company'],
    ['person', 'city'],
    ['company', 'city'],
  ] as const)
}

function followed(rng: Rng, facts: Facts, [kind, ...rest]: readonly [Kind, ...Kind[]], name: string, of = name): Path {
  const entry: Entry = facts[kind].get(name) ?? {}
  const call: Call = { tool: kind, name }
  const [next, ...others] = rest
  if (next === undefined) {
    const field = rng.choice(FIELDS[kind].numbers)
    return { words: `${WORDS[field]} of ${of}`, calls: [call], value: Number(entry[field]) }
  }
  const [field = ''] = Object.entries(FIELDS[kind].links).find(([, linked]) => linked === next) ?? []
  const path = followed(rng, facts, [next, ...others], String(entry[field]), `the ${field} of ${of}`)
  return { ...path, calls: [call, ...path.calls] }
}

const WORDS = {
  born: 'the year of birth',
  salary: 'the salary',
  founded: 'the year of foundation',
  staff: 'the number of employees',
  population: 'the population',
} as const
