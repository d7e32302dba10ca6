import { createHash } from 'node:crypto'
import type { BrowserChoice } from '../../browser/find.ts'
import { Origins } from '../../browser/origins.ts'
import { GymError } from '../../core/data/errors.ts'
import { addressOf, FAMILIES, madeTask } from './apps/serve.ts'
import { expectOptions, type PageOptions } from './options.ts'
import { type PageTask, readTasks } from './task.ts'

/** Opened once a server: the tasks, and what pages may load. */
export interface PageResources {
  readonly options: PageOptions
  readonly origins: Origins
  readonly choice: BrowserChoice
  readonly tasks: readonly PageTask[]
  readonly digest: string
}

/** @throws GymError CONFIG_INVALID */
export function openResources(options: PageOptions, executable: string | undefined): PageResources {
  expectOptions(options)
  const origins = new Origins(options.allow.map(expectText))
  const tasks = options.tasks.length > 0 ? readTasks(options.tasks, origins) : madeTasks(options)
  const choice = { channel: options.channel, ...(executable !== undefined && { executable }) }
  return { options, origins, choice, tasks, digest: createHash('sha256').update(JSON.stringify(tasks)).digest('hex') }
}

function expectText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new GymError('CONFIG_INVALID', 'option allow of browser is a list of origins, such as ["https://example.org"]')
}

/** Tasks on built-in pages, the families in turn. */
function madeTasks({ families, generated, dataSeed }: PageOptions): readonly PageTask[] {
  const names = families === '' ? Object.keys(FAMILIES) : families.split(',').map((name) => name.trim())
  const foreign = names.find((name) => !Object.hasOwn(FAMILIES, name))
  if (foreign !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `option families of browser has ${JSON.stringify(foreign)}: there are ${Object.keys(FAMILIES).join(', ')}`,
    )
  const quarter = Math.ceil(generated / 4)
  const sizes = { train: generated, dev: quarter, test: quarter }
  let number = 0
  return Object.entries(sizes).flatMap(([split, size]) =>
    Array.from({ length: size }, (_, index) =>
      taskFor(names[index % names.length] ?? '', dataSeed, number++, `${split}-${index}`, split),
    ),
  )
}

function taskFor(family: string, seed: number, number: number, id: string, split: string): PageTask {
  const made = madeTask(family, seed, number)
  if (made === null) throw new RangeError(`there is no family ${family}`)
  const { instruction, judge, path } = made
  return { id: `${id}-${family}`, split, start: addressOf(family, seed, number), instruction, judge, path }
}

/** @throws GymError TASK_UNKNOWN */
export function taskAt({ tasks }: PageResources, number: number): PageTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}
