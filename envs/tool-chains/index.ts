import type { Rng } from '../../core/data/rng.ts'
import type { Json } from '../../core/data/types.ts'
import { defineEnvironment, type ExpertContext } from '../../core/episode/environment.ts'
import { ACTION_SCHEMA, readCall, sentCall, TOOLS } from './action.ts'
import { type Call, keyOf, OPERATIONS } from './chain.ts'
import { FIELDS, KINDS } from './facts.ts'
import { type ChainResources, DEFAULT_OPTIONS, openChains, RANGES, SPLIT_SIZES } from './options.ts'
import { type ChainState, chainOf, numbersOf, progressOf, resultOf, startState, take } from './session.ts'

/**
 * Questions about an invented world that take several calls of tools, of which later ones depend on earlier ones, after the
 * kind of task of ToolComp (Nath et al., 2025), with every needed call known.
 */
export default defineEnvironment({
  id: 'tool-chains@1',
  summary: 'answer questions by chains of tool calls, of which later ones depend on earlier ones; every call is judged',
  maxSteps: 24,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: { parse: readCall, jsonSchema: ACTION_SCHEMA },
  resources: ({ options }) => openChains(options),
  tasks: ({ resources }) => tasksOf(resources),
  reset: ({ task }): ChainState => startState(task.private),
  step: (state, action, { resources, rng }) => take(state, action, resources, rng),
  invalid: (state, message) => ({ ...state, said: message }),
  observe: { text: (state, { resources }) => textOf(state, resources) },
  anchors: { results: (state, { resources }) => resultsOf(state, resources) },
  actions: (state, { resources }) => admissible(state, resources),
  grades: (state, { resources }) => ({ progress: progressOf(state, chainOf(resources, state.task)) }),
  groundTruth: (task, { resources }): Json => {
    const { calls, answer } = chainOf(resources, Number(task.private))
    return { calls: [...calls.map(sentCall), sentCall({ tool: 'answer', value: answer })], answer }
  },
  tools: {
    list: () => TOOLS,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ said }) => said ?? '',
    instructions: (state, { resources }) => textOf(state, resources),
  },
  expert: (state, context) => expertAction(state, context),
})

/** Ids name the split and the position in it. */
function tasksOf({ chains }: ChainResources) {
  let next = 0
  return Object.fromEntries(
    Object.entries(SPLIT_SIZES).map(([split, size]) => {
      const first = next
      next += size
      const drafts = chains
        .slice(first, next)
        .map(({ question }, at) => ({ id: `${split}-${at}`, public: { question }, private: first + at }))
      return [split, drafts]
    }),
  )
}

function textOf(state: ChainState, resources: ChainResources): string {
  const { question } = chainOf(resources, state.task)
  const said = state.said === null ? [] : [`Last: ${state.said}`]
  return [question, resultsOf(state, resources), ...said].filter((part) => part !== '').join('\n\n')
}

/** Every call with its result, in an order that does not depend on that of the calls. */
const resultsOf = ({ made }: ChainState, resources: ChainResources): string =>
  made.map((call) => `- ${shownCall(call)}: ${resultOf(resources, call)}`).join('\n')

const shownCall = (call: Call): string =>
  call.tool === 'calculate' ? `${call.left} ${call.operation} ${call.right}` : `${call.tool} ${call.name}`

/** Lookups of names that are known, calculations and answers with numbers that are; calls that were made are left out. */
function admissible(state: ChainState, resources: ChainResources): readonly Json[] {
  const made = new Set(state.made.map(keyOf))
  const numbers = numbersOf(resources, state)
  const calculations = numbers.flatMap((left) =>
    numbers.flatMap((right) => OPERATIONS.map((operation): Call => ({ tool: 'calculate', left, operation, right }))),
  )
  const calls = [...lookups(state, resources), ...calculations].filter((call) => !made.has(keyOf(call)))
  return [...calls.map(sentCall), ...numbers.map((value) => sentCall({ tool: 'answer', value }))]
}

function lookups({ task, made }: ChainState, resources: ChainResources): readonly Call[] {
  const { question } = chainOf(resources, task)
  const named = KINDS.flatMap((kind) =>
    [...resources.facts[kind].keys()]
      .filter((name) => question.includes(name))
      .map((name): Call => ({ tool: kind, name })),
  )
  const linked = made.flatMap((call) => {
    if (call.tool === 'calculate') return []
    const entry = resources.facts[call.tool].get(call.name) ?? {}
    return Object.entries(FIELDS[call.tool].links).map(
      ([field, kind]): Call => ({ tool: kind, name: String(entry[field]) }),
    )
  })
  return [...new Map([...named, ...linked].map((call) => [keyOf(call), call])).values()]
}

/** The next needed call, or the answer; with probability `noise` any listed action, or a guess at the answer. */
function expertAction(state: ChainState, { resources, rng, noise }: ExpertContext<ChainResources>): Json {
  const chain = chainOf(resources, state.task)
  if (rng.chance(noise)) return mistake(state, resources, rng)
  const made = new Set(state.made.map(keyOf))
  const next = chain.calls.find((call) => !made.has(keyOf(call)))
  return sentCall(next ?? { tool: 'answer', value: chain.answer })
}

function mistake(state: ChainState, resources: ChainResources, rng: Rng): Json {
  const numbers = numbersOf(resources, state)
  const isGuess = numbers.length > 0 && rng.chance(0.5)
  return isGuess ? sentCall({ tool: 'answer', value: rng.choice(numbers) }) : rng.choice(admissible(state, resources))
}
