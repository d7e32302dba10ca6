import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { databaseScript } from './database.ts'
import { DOMAINS, type Domain } from './domains.ts'
import { expectOptions, type SqlOptions } from './options.ts'
import { drawQuestion, type Question } from './questions.ts'

/** A question about a database of its own. */
export interface SqlTask {
  readonly domain: Domain
  readonly question: Question
}

/** Opened once a server: the questions, and the options. Databases are made when they are asked. */
export interface SqlResources {
  readonly options: SqlOptions
  /** Tasks of all splits, by number. */
  readonly tasks: readonly SqlTask[]
  readonly digest: string
}

/** @throws GymError CONFIG_INVALID */
export function openResources(options: SqlOptions): SqlResources {
  expectOptions(options)
  const count = options.tasks + 2 * heldOut(options)
  const tasks = Array.from({ length: count }, (_, number) => drawTask(number, options))
  return { options, tasks, digest: hashOf(tasks.map(({ question }) => [question.text, question.sql])) }
}

/** Tasks of each of the splits validation and test. */
export const heldOut = ({ tasks }: SqlOptions): number => Math.ceil(tasks / 4)

/** Streams of a task: its question, and its data. */
const streamOf = ({ dataSeed }: SqlOptions, number: number, what: 0 | 1): Rng =>
  new Rng(keyOfSeed(dataSeed), 2 * number + what)

function drawTask(number: number, options: SqlOptions): SqlTask {
  const rng = streamOf(options, number, 0)
  const domain = rng.choice(DOMAINS)
  return { domain, question: drawQuestion(domain, options.level, rng) }
}

/** @throws GymError TASK_UNKNOWN */
export function taskAt({ tasks }: SqlResources, number: number): SqlTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}

/** SQL that makes the database of a task. */
export const scriptOf = (resources: SqlResources, number: number): string =>
  databaseScript(taskAt(resources, number).domain, resources.options, streamOf(resources.options, number, 1))
