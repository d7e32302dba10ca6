import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { deriveKey, type Key, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { TextFiles } from '../../../sandbox/tasks/task.ts'
import type { RepositorySettings } from '../options.ts'
import { PROJECTS } from '../projects/index.ts'
import {
  type Constants,
  drawCall,
  drawConstants,
  pathOf,
  resultsOf,
  type Sources,
  sourcesOf,
} from '../projects/program.ts'
import { type Project, times } from '../projects/project.ts'
import type { RepositoryTask } from '../task.ts'
import { failing } from './failing.ts'
import { drawFaults, type ModuleMutation, mutantResults, withMutations } from './faults.ts'
import { slipsOf } from './slips.ts'
import { statementOf } from './statement.ts'
import { type Check, checksOf, hiddenSuite, shownCall, testFilesOf } from './tests.ts'

/** Difficulty of generated tasks. */
export type GeneratorSettings = Pick<RepositorySettings, 'seed' | 'families' | 'bugs' | 'packages' | 'report' | 'shown'>

/** Splits by their share of all mistakes: sixths of what their digests can be. */
const SPLITS = { train: [0, 1, 2, 3], validation: [4], test: [5] } as const
export type SplitName = keyof typeof SPLITS
export const SPLIT_NAMES: readonly SplitName[] = ['train', 'validation', 'test']

const HIDDEN_CALLS = 5
/** Calls that may be visible tests, or examples of an issue. */
const OPEN_CALLS = 6
const VISIBLE_CALLS = 2
const OTHER_CALLS = 1
const DRAWS = 60

/** The projects by name. @throws GymError CONFIG_INVALID for one that there is not */
export function chosenProjects(names: readonly string[]): readonly Project[] {
  const unknown = names.find((name) => PROJECTS.every((project) => project.name !== name))
  if (unknown !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `no family ${JSON.stringify(unknown)} of repositories: there are ${PROJECTS.map(({ name }) => name).join(', ')}`,
    )
  return names.length === 0 ? PROJECTS : PROJECTS.filter(({ name }) => names.includes(name))
}

/**
 * A task by its place: no split has a module with a mistake that another has. The mistakes are checked
 * here, by running the hidden tests in an interpreter: all pass without the mistakes, and some fail with any of them.
 */
export function generateTask(settings: GeneratorSettings, split: SplitName, index: number): RepositoryTask {
  const key = deriveKey(keyOfSeed(settings.seed), SPLIT_NAMES.indexOf(split), index)
  const projects = chosenProjects(settings.families)
  for (let draw = 0; draw < DRAWS; draw++) {
    const project = projects[(index + draw) % projects.length]
    const task = project && drawTask(settings, project, split, { key, draw })
    if (task) return { ...task, id: `${split}-${index}` }
  }
  throw new GymError('CONFIG_INVALID', `no task ${split}-${index} of repositories was found: ask for fewer bugs`)
}

/** A stream of random numbers for each of its draws. */
interface Stream {
  readonly key: Key
  readonly draw: number
}

function drawTask(
  settings: GeneratorSettings,
  project: Project,
  split: SplitName,
  { key, draw }: Stream,
): RepositoryTask | null {
  const rng = new Rng(key, draw)
  const constants = drawConstants(project, rng)
  const sources = sourcesOf(project, constants)
  const checks = drawChecks(project, sources, constants, HIDDEN_CALLS, rng)
  const isAllowed = (mutation: ModuleMutation): boolean => isOfSplit(split, sources, mutation)
  const faults = drawFaults(sources, checks, settings.bugs, isAllowed, rng)
  if (faults === null) return null
  const drawn = { project, constants, sources, checks, faults }
  const others = rng.shuffle(PROJECTS.filter((other) => other !== project)).slice(0, settings.packages - 1)
  const task = taskOf(
    settings,
    drawn,
    others.map((other) => packageOf(other, rng)),
    rng,
  )
  return task && { ...task, slips: once(() => slipsOf(drawn, new Rng(key, DRAWS + draw))) }
}

/** What is made when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Each module with a mistake belongs to one split only. */
function isOfSplit(split: SplitName, sources: Sources, fault: ModuleMutation): boolean {
  const places: readonly number[] = SPLITS[split]
  const text = withMutations(sources, [fault]).sources.get(fault.module) ?? ''
  return places.includes(Number.parseInt(hashOf(text).slice(0, 8), 16) % 6)
}

/** Calls with their results in the right program, each once. */
function drawChecks(
  project: Project,
  sources: Sources,
  constants: Constants,
  count: number,
  rng: Rng,
): readonly Check[] {
  const calls = project.calls.flatMap((call) => times(count, () => drawCall(call, rng, constants)))
  return unique(checksOf(calls, resultsOf(sources, calls)))
}

const unique = (checks: readonly Check[]): readonly Check[] => [
  ...new Map(checks.map((check) => [shownCall(check), check])).values(),
]

/** A package without mistakes. */
interface Package {
  readonly project: Project
  readonly sources: Sources
  readonly visible: readonly Check[]
  readonly hidden: readonly Check[]
}

function packageOf(project: Project, rng: Rng): Package {
  const constants = drawConstants(project, rng)
  const sources = sourcesOf(project, constants)
  const draw = () => drawChecks(project, sources, constants, OTHER_CALLS, rng)
  return { project, sources, visible: draw(), hidden: draw() }
}

interface Drawn {
  readonly project: Project
  readonly constants: Constants
  readonly sources: Sources
  readonly checks: readonly Check[]
  readonly faults: readonly ModuleMutation[]
}

function taskOf(
  settings: GeneratorSettings,
  drawn: Drawn,
  others: readonly Package[],
  rng: Rng,
): Omit<RepositoryTask, 'slips'> | null {
  const { project, constants, sources, checks, faults } = drawn
  const broken = withMutations(sources, faults)
  const fails = failing(sources, faults, checks)
  const more = drawChecks(project, sources, constants, OPEN_CALLS, rng)
  const isHidden = new Set(checks.map(shownCall))
  const open = more.filter((check) => !isHidden.has(shownCall(check)))
  const openFails = failing(sources, faults, open)
  // An issue shows a call that goes wrong.
  if (fails === null || openFails === null || openFails.size === 0) return null
  const visible = firstOfEach(open, VISIBLE_CALLS).filter(
    (check) => !openFails.has(check) || rng.chance(settings.shown),
  )
  const inPassing = checks.filter((check) => !fails.has(check))
  const hidden = [...fails, ...inPassing, ...others.flatMap((each) => each.hidden)]
  const ids = hidden.map((check, at) => `tests/hidden.py::${check.module}.${check.name}-${at}`)
  const shared = sharedFiles([project, ...others.map((each) => each.project)], others, visible)
  const withFiles = (own: Sources): TextFiles => ({ ...filesOf(own), ...shared })
  const report = { examples: examplesOf(sources, faults, [...openFails]), project, faults, report: settings.report }
  return {
    id: '',
    statement: statementOf(report),
    files: withFiles(broken.sources),
    tests: { failToPass: ids.slice(0, fails.size), passToPass: ids.slice(fails.size) },
    hidden: { kind: 'calls', ...hiddenSuite(hidden) },
    reference: withFiles(sources),
    faults: faults.map((fault) => ({ path: pathOf(fault.module), line: broken.lineOf(fault), kind: fault.kind })),
  }
}

/** The first checks of each function. */
function firstOfEach(checks: readonly Check[], count: number): readonly Check[] {
  const seen = new Map<string, number>()
  return checks.filter(({ module, name }) => {
    const before = seen.get(`${module}.${name}`) ?? 0
    seen.set(`${module}.${name}`, before + 1)
    return before < count
  })
}

/** Calls that show the mistakes, with what they give at the start. */
function examplesOf(sources: Sources, faults: readonly ModuleMutation[], checks: readonly Check[]) {
  const results = mutantResults(sources, faults, checks) ?? []
  return checks.map((check, at) => ({ check, found: results[at] ?? null }))
}

const filesOf = (sources: Sources): TextFiles =>
  Object.fromEntries([...sources].map(([module, source]) => [pathOf(module), source]))

/** Everything beside the package with the mistakes. */
function sharedFiles(projects: readonly Project[], others: readonly Package[], visible: readonly Check[]): TextFiles {
  const readme = projects.map(({ name, summary }) => `- \`${name}\`: ${summary}`).sort()
  return {
    'README.md': `# Packages\n\n${readme.join('\n')}\n\nEach function says what it does. Tests are in \`tests\`.\n`,
    ...Object.fromEntries(projects.map(({ name, summary }) => [`${name}/__init__.py`, `"""${summary}"""\n`])),
    ...Object.fromEntries(others.flatMap(({ sources }) => Object.entries(filesOf(sources)))),
    ...testFilesOf([...visible, ...others.flatMap((each) => each.visible)]),
  }
}
