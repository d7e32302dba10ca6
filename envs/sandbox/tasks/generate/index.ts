import { GymError } from '../../../../core/data/errors.ts'
import { deriveKey, keyOfSeed, Rng } from '../../../../core/data/rng.ts'
import type { Json } from '../../../../core/data/types.ts'
import type { CodeTask, TaskFiles, TaskPart, TextFiles } from '../../../../sandbox/tasks/task.ts'
import { distractorsOf } from './distractors.ts'
import { applyChain, drawPlan, type Plan } from './draw.ts'
import { FAMILIES } from './families/index.ts'
import { apply, type Family, mutantsOf, type Operation, pythonOf, times } from './operation.ts'

/** Difficulty and number of generated tasks. */
export interface GeneratorOptions {
  readonly seed: number
  /** Tasks of the split train; validation and test have a quarter of it each. */
  readonly tasks: number
  /** Names of families; none for all. */
  readonly families: readonly string[]
  /** Functions of a task, without the one that chains them. */
  readonly functions: number
  /** Functions that are chained by one more function; 1 for no such function. */
  readonly depth: number
  /** Share of tasks that give a file with mistakes to repair, 0 to 1. */
  readonly broken: number
  /** Files of a task that have nothing to do with it. */
  readonly distractors: number
  /** Whether an argument at a boundary is among the public tests of each function. */
  readonly showsEdges: boolean
}

const ENTRY = 'solution.py'
const LIMIT_SECONDS = 2

/**
 * Tasks of three splits that share none, by seed and options. Each has as many functions as asked for, each with tests.
 * @throws GymError CONFIG_INVALID for an unknown family, or for more tasks than there are different ones
 */
export function generateTasks(options: GeneratorOptions): TaskFiles {
  const families = chosenFamilies(options.families)
  const known = new Set<string>()
  const rest = Math.max(1, Math.floor(options.tasks / 4))
  const sizes = { train: options.tasks, validation: rest, test: rest }
  const splits = Object.entries(sizes).map(([split, size], stream) => {
    const tasks = Array.from({ length: size }, (_, index) => ({
      ...newTask(options, families, { stream, index, known }),
      id: `${split}-${index}`,
    }))
    return [split, tasks] as const
  })
  return Object.fromEntries(splits)
}

const [STRINGS] = FAMILIES as readonly [Family, ...Family[]]

function chosenFamilies(names: readonly string[]): readonly Family[] {
  const unknown = names.find((name) => FAMILIES.every((family) => family.name !== name))
  if (unknown !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `no family ${JSON.stringify(unknown)} of tasks: there are ${FAMILIES.map(({ name }) => name).join(', ')}`,
    )
  return names.length === 0 ? FAMILIES : FAMILIES.filter(({ name }) => names.includes(name))
}

interface Place {
  readonly stream: number
  readonly index: number
  /** Statements of the tasks so far: a task that repeats one is drawn again. */
  readonly known: Set<string>
}

/** Draws of a family before another one has its turn. */
const DRAWS = 30

/** A task of the family whose turn it is; where that has no other task left, of the next one. */
function newTask(options: GeneratorOptions, families: readonly Family[], { stream, index, known }: Place): CodeTask {
  const key = deriveKey(keyOfSeed(options.seed), stream, index)
  for (let draw = 0; draw < DRAWS * families.length; draw++) {
    const family = families[(index + Math.floor(draw / DRAWS)) % families.length] ?? STRINGS
    const task = drawTask(options, family, new Rng(key, draw))
    if (known.has(task.statement)) continue
    known.add(task.statement)
    return task
  }
  throw new GymError('CONFIG_INVALID', `there are fewer than ${options.tasks} different tasks: ask for more functions`)
}

function drawTask(options: GeneratorOptions, family: Family, rng: Rng): CodeTask {
  const plan = drawPlan(family, options.functions, Math.min(options.depth, options.functions), rng)
  const units = [...plan.operations.map((each) => unitOf(each, options.showsEdges, rng)), ...chainUnit(plan, rng)]
  const publicTests = units.flatMap(({ open }) => open)
  const parts = partsOf(units, publicTests.length)
  const isBroken = rng.chance(options.broken)
  const files = { ...(isBroken && { [ENTRY]: brokenFile(parts, rng) }), ...distractorsOf(options.distractors, rng) }
  return {
    id: '',
    statement: statementOf(units, isBroken),
    entry: ENTRY,
    files,
    suite: {
      kind: 'code',
      setup: '',
      bind: {},
      tests: [...publicTests, ...units.flatMap(({ hidden }) => hidden)],
      limitSeconds: LIMIT_SECONDS,
    },
    publicTests: publicTests.length,
    judge: 'split',
    reference: { [ENTRY]: fileOf(parts.map(({ source }) => source)) },
    parts,
  }
}

/** A function with its tests. */
interface Unit {
  readonly name: string
  readonly does: string
  readonly source: string
  readonly mutants: readonly string[]
  readonly open: readonly string[]
  readonly hidden: readonly string[]
}

const OPEN_TESTS = 2
const HIDDEN_TESTS = 3

function unitOf(operation: Operation, showsEdges: boolean, rng: Rng): Unit {
  const testOf = (value: Json): string => assertion(operation.name, value, apply(operation, value))
  const drawn = times(OPEN_TESTS + HIDDEN_TESTS, () => operation.input(rng)).map(testOf)
  const edges = rng.shuffle(operation.edges).map(testOf)
  const open = [...drawn.slice(0, OPEN_TESTS), ...(showsEdges ? edges.slice(0, 1) : [])]
  const hidden = [...drawn.slice(OPEN_TESTS), ...edges]
  const { name, does, source } = operation
  return { name, does, source, mutants: mutantsOf(operation), open, hidden }
}

const assertion = (name: string, value: Json, result: Json): string =>
  `assert ${name}(${pythonOf(value)}) == ${pythonOf(result)}`

/** The function that chains others, where there is one. */
function chainUnit({ operations, depth }: Plan, rng: Rng): readonly Unit[] {
  const chain = operations.slice(0, depth)
  const [first] = chain
  if (depth < 2 || first === undefined) return []
  const name = 'combined'
  const values = times(OPEN_TESTS + HIDDEN_TESTS, () => first.input(rng)).concat(first.edges)
  const tests = values.map((value) => assertion(name, value, applyChain(chain, value)))
  const nested = (used: readonly Operation[]): string => used.reduce((inner, each) => `${each.name}(${inner})`, 'value')
  const sourceOf = (result: string): string => `def ${name}(value):\n    return ${result}\n`
  const isSame = (value: Json): boolean =>
    pythonOf(applyChain(chain, value)) === pythonOf(applyChain(chain.slice(0, -1), value))
  const steps = chain.map((each) => `\`${each.name}\``).join(', then ')
  return [
    {
      name,
      does: `Takes what \`${first.name}\` takes, and applies ${steps}, each to the result of the one before. Returns the last result.`,
      source: sourceOf(nested(chain)),
      mutants: [
        ...(values.slice(OPEN_TESTS).every(isSame) ? [] : [sourceOf(nested(chain.slice(0, -1)))]),
        sourceOf(`[${nested(chain)}]`),
      ],
      open: tests.slice(0, OPEN_TESTS),
      hidden: tests.slice(OPEN_TESTS),
    },
  ]
}

/** Functions with the positions of their tests: the public ones of all first, then the hidden ones. */
function partsOf(units: readonly Unit[], publicTests: number): readonly TaskPart[] {
  let [open, hidden] = [0, publicTests]
  return units.map((unit) => {
    const tests = [...unit.open.map(() => open++), ...unit.hidden.map(() => hidden++)]
    return { name: unit.name, source: unit.source, mutants: unit.mutants, tests }
  })
}

/** A file of these functions. */
export const fileOf = (sources: readonly string[]): string => sources.join('\n\n')

/** The right file with a mistake in one function or more. */
function brokenFile(parts: readonly TaskPart[], rng: Rng): string {
  const surely = rng.int(0, parts.length - 1)
  const sources = parts.map(({ source, mutants }, at) =>
    at === surely || rng.chance(0.4) ? rng.choice(mutants) : source,
  )
  return fileOf(sources)
}

function statementOf(units: readonly Unit[], isBroken: boolean): string {
  const begin = isBroken
    ? `${ENTRY} has mistakes: it does not do everything that is described here. Repair it.`
    : `Write these functions in ${ENTRY}.`
  const lines = units.map(({ name, does, source }) => `- \`${signatureOf(name, source)}\`: ${does}`)
  return [begin, '', ...lines].join('\n')
}

const signatureOf = (name: string, source: string): string => /^def (\w+\(\w+\))/.exec(source)?.[1] ?? name

/** A workspace on the way to the solution, and the tests that it passes. */
export interface Milestone {
  readonly files: TextFiles
  readonly passes: readonly boolean[]
}

/** States between an empty file and the solution: one function more in each. */
export function milestonesOf({ parts = [], entry, suite }: CodeTask): readonly Milestone[] {
  return parts.map((_, at) => {
    const done = parts.slice(0, at + 1)
    const passed = new Set(done.flatMap(({ tests }) => tests))
    return {
      files: { [entry]: fileOf(done.map(({ source }) => source)) },
      passes: suite.tests.map((_, test) => passed.has(test)),
    }
  })
}
