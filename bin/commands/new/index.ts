import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import { agents, environments, estimators, hooks } from '../../../registry/index.ts'
import { type Cli, type CommandHost, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { oneOf } from '../../flags.ts'
import { agentScaffold } from './agent.ts'
import { domainScaffold } from './domain.ts'
import { environmentScaffold } from './environment.ts'
import { estimatorScaffold } from './estimator.ts'
import { hookScaffold } from './hook.ts'

type What = keyof typeof SCAFFOLDS

export function addNew(program: Command, { cli }: CommandHost): void {
  program
    .command('new')
    .addArgument(oneOf('<what>', 'what to write', Object.keys(SCAFFOLDS)))
    .argument('<name>', 'lower case with dashes, such as my-env')
    .addHelpText(
      'after',
      exampleOf('stepgym new env my-env && stepgym check my-env', 'stepgym new estimator my-estimator'),
    )
    .action((what: What, name: string) => {
      const file = write(what, name, cli)
      printLines(cli.out, [`wrote ${file}`, 'Next:', ...SCAFFOLDS[what].next(name).map((line) => `  $ ${line}`)])
    })
}

const SCAFFOLDS = {
  env: {
    folder: 'envs',
    text: environmentScaffold,
    taken: (userFolder: string) => environments({ userFolder }).names(),
    next: (name: string): readonly string[] => [
      `npx stepgym check ${name}`,
      `npx stepgym rollout --env ${name} --agent random`,
    ],
  },
  domain: {
    folder: 'envs',
    text: domainScaffold,
    taken: (userFolder: string) => environments({ userFolder }).names(),
    next: (name: string): readonly string[] => [
      `npx stepgym check ${name}`,
      `npx stepgym rollout --env ${name} --agent expert --hook gold-progress`,
      `npx stepgym play ${name}`,
    ],
  },
  hook: {
    folder: join('rewards', 'hooks'),
    text: hookScaffold,
    taken: (userFolder: string) => ['env', ...hooks({ userFolder }).names()],
    next: (name: string): readonly string[] => [
      `npx stepgym check ${name}`,
      `npx stepgym rollout --env guess-number --agent random --hook ${name}`,
    ],
  },
  agent: {
    folder: 'agents',
    text: agentScaffold,
    taken: (userFolder: string) => agents({ userFolder }).names(),
    next: (name: string): readonly string[] => [
      `npx stepgym check ${name}`,
      `npx stepgym rollout --env guess-number --agent ${name}`,
    ],
  },
  estimator: {
    folder: join('rewards', 'advantage'),
    text: estimatorScaffold,
    taken: (userFolder: string) => estimators({ userFolder }).names(),
    next: (name: string): readonly string[] => [
      `npx stepgym check ${name}`,
      `npx stepgym eval credit --quick --estimator ${name},rloo,gigpo`,
    ],
  },
} as const

/** @returns the path, from the working folder. */
function write(what: What, name: string, { folder }: Cli): string {
  const scaffold = SCAFFOLDS[what]
  const file = join(scaffold.folder, `${name}.mjs`)
  expectFree(what, name, file, folder)
  try {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), scaffold.text(name), { flag: 'wx' })
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `${file} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
  return file
}

function expectFree(what: What, name: string, file: string, folder: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(name))
    throw invalid(
      `${shown(name)} is not a valid name: use up to 100 lower case letters, digits and dashes, such as my-${what}`,
    )
  if (existsSync(join(folder, file))) throw invalid(`${file} exists already, and is left as it is: give another name`)
  if (SCAFFOLDS[what].taken(folder).includes(name)) throw invalid(`${name} is taken: give another name`)
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
