import { Argument, InvalidArgumentError, Option } from 'commander'
import { nearAnd } from '../core/data/near.ts'
import type { Seed } from '../core/data/rng.ts'
import type { JsonObject } from '../core/data/types.ts'
import type { Device } from '../models/runtime/messages.ts'
import {
  assigned,
  CHOSEN,
  type Chosen,
  COUNT,
  DEVICE,
  ENVIRONMENT_SERVERS,
  MCP_SERVERS,
  type Reader,
  SEED,
  TEXT,
} from './config/readers.ts'
import type { Settings } from './config/settings.ts'

/** What the flags of a command say, before the configuration file has its say. */
export interface SettingFlags {
  readonly env?: string
  readonly set?: readonly string[]
  readonly agent?: Chosen
  readonly hook?: readonly Chosen[]
  readonly recipe?: string
  readonly sampling?: Chosen
  readonly k?: number
  readonly budget?: number
  readonly groups?: number
  readonly groupSize?: number
  readonly split?: string
  readonly seed?: Seed
  readonly maxSteps?: number
  readonly concurrency?: number
  readonly out?: string
  readonly fsync?: boolean
  readonly server?: string
  readonly token?: string
  readonly mcpServers?: JsonObject | string
  readonly environmentServers?: JsonObject | string
  readonly rewardModel?: string
  readonly device?: Device | 'auto'
}

const option = (flags: string, description: string): Option => new Option(flags, description)

/** A flag whose text is read at once, so that a wrong one is an error of usage. */
export const readFlag = <T>(flags: string, description: string, reader: Reader<T>): Option =>
  option(flags, description).argParser((text: string) => readText(reader, text))

/** An argument that is one of some names, with those that are near a wrong one. */
export const oneOf = (argument: string, description: string, names: readonly string[]): Argument =>
  new Argument(argument, description).choices(names).argParser((text: string) => named(text, names))

/** As `oneOf`, for a flag. */
export const flagOneOf = (flags: string, description: string, names: readonly string[]): Option =>
  option(flags, description)
    .choices(names)
    .argParser((text: string) => named(text, names))

function named(text: string, names: readonly string[]): string {
  if (names.includes(text)) return text
  throw new InvalidArgumentError(nearAnd(text, names, `Give ${names.join(', ').replace(/, (?=[^,]*$)/, ' or ')}.`))
}

/** Created for each command: an option belongs to one. */
export const FLAGS = {
  env: () => readFlag('--env <name>', 'environment: a name, name@version, or the path of a module', TEXT),
  set: () =>
    option('--set <key=value>', 'option of the environment, as key=value or key.key=value; repeatable').argParser(
      (text: string, before: readonly string[] = []) => [...before, assignment(text)],
    ),
  options: () =>
    option('--options <name.key=value>', 'option of an estimator; repeatable').argParser(
      (text: string, before: readonly string[] = []) => [...before, assignment(text)],
    ),
  agent: () =>
    readFlag('--agent <name>', 'agent: expert, a name or a path, with options as name:key=value,key=value', CHOSEN),
  hook: () =>
    option('--hook <name>', 'reward hook: a name or a path, with options as name:key=value,...; repeatable').argParser(
      (text: string, before: readonly Chosen[] = []) => [...before, readText(CHOSEN, text)],
    ),
  rewardModel: () =>
    readFlag(
      '--reward-model <file>',
      'saved reward model that gives every step a process reward: implicit or step-contribution',
      TEXT,
    ),
  device: () => readFlag('--device <name>', 'what it runs on: auto, cuda, webgpu or cpu (default: auto)', DEVICE),
  recipe: () => readFlag('--recipe <name>', 'how signals are combined when credit is assigned: a name or a path', TEXT),
  linked: () =>
    readFlag('--linked <file>', 'tasks that are judged together, such as rephrased ones: JSON, lists of ids', TEXT),
  filter: () =>
    option(
      '--filter <filter>',
      'trajectories that are learnt from: spread, likelihood, consensus or prof, as spread:outcome=success; repeatable',
    ).argParser((text: string, before: readonly Chosen[] = []) => [...before, readText(CHOSEN, text)]),
  keepSteps: () =>
    readFlag('--keep-steps <signal>', 'steps that are learnt from, as judge:least=0.5 or judge:most=0', CHOSEN),
  sampling: () =>
    readFlag(
      '--sampling <mode>',
      'group, prefix, tree, best-of-n, early-rejection, rerank, mcts, best-first, beam (with options as mode:key=value,...) or intervene',
      CHOSEN,
    ),
  k: () => readFlag('--k <n>', 'continuations, branches or candidates of a sampling mode (default: 4)', COUNT),
  budget: () => readFlag('--budget <n>', 'environment steps of a sampled group, over all its branches', COUNT),
  groups: (otherwise = '4') => readFlag('--groups <n>', `groups, one task each (default: ${otherwise})`, COUNT),
  groupSize: () => readFlag('--group-size <n>', 'episodes of a group, from one start (default: 4)', COUNT),
  split: () => readFlag('--split <name>', 'tasks to take (default: the first split)', TEXT),
  seed: () => readFlag('--seed <n>', 'integer from 0 to 2^64 - 1 (default: 0)', SEED),
  maxSteps: () => readFlag('--max-steps <n>', "steps of an episode (default: the environment's)", COUNT),
  concurrency: () => readFlag('--concurrency <n>', 'groups that run concurrently (default: 1)', COUNT),
  out: () => readFlag('--out <folder>', 'folder of the run: empty or new', TEXT),
  fsync: () => option('--fsync', 'write through to the disk at every step: safe from power loss, slower'),
  server: () =>
    readFlag('--server <url>', 'play on a server, which has the environment, the hooks and the record', TEXT),
  token: () => readFlag('--token <token>', "trainer's token of the server", TEXT),
  mcpServers: () =>
    readFlag('--mcp-servers <file>', 'JSON file with the MCP servers that tools-mcp may use, by name', MCP_SERVERS),
  environmentServers: () =>
    readFlag(
      '--environment-servers <file>',
      'JSON file with the environments elsewhere that openenv and gymnasium may play, by name',
      ENVIRONMENT_SERVERS,
    ),
  json: () => option('--json', 'print JSON'),
} as const

/** Flags under the names that settings have. */
export function settingsOfFlags({ set, hook, ...same }: SettingFlags): Settings {
  const options = set === undefined ? undefined : assigned(set)
  const known = Object.entries(same).filter(([name]) => SAME.includes(name))
  return { ...Object.fromEntries(known), ...(hook && { hooks: hook }), ...(options && { options }) }
}

const SAME = [
  'env',
  'agent',
  'recipe',
  'sampling',
  'k',
  'budget',
  'groups',
  'groupSize',
  'split',
  'seed',
  'maxSteps',
  'concurrency',
  'out',
  'fsync',
  'server',
  'token',
  'mcpServers',
  'environmentServers',
  'rewardModel',
  'device',
]

export function readText<T>(reader: Reader<T>, text: string): T {
  const value = reader.ofText(text)
  const read = value === undefined ? undefined : reader.ofValue(value)
  if (read === undefined) throw new InvalidArgumentError(`Give ${reader.expects}.`)
  return read
}

function assignment(text: string): string {
  if (assigned([text]) === undefined) throw new InvalidArgumentError('Give key=value.')
  return text
}

/** Reads a flag of names that commas separate; repeatable. */
export const separated = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
]
