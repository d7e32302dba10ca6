import type { Origins } from '../../browser/origins.ts'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** What must hold for a task to be done: all that is given. */
export type Judge = {
  /** Beginning of the address. */
  readonly url?: string
  /** An element that is visible, and what its text contains. */
  readonly element?: { readonly selector: string; readonly text?: string }
  /** JavaScript expression, evaluated in a world that scripts of the page cannot reach. */
  readonly predicate?: string
  /** Final answer of the agent, in any case and with any spaces around. */
  readonly answer?: string
}

/** One gesture of a path to success, by role and name of its element. */
export type PathStep = {
  readonly do: 'click' | 'type' | 'select'
  readonly role: string
  readonly name: string
  readonly text?: string
}

/** A task on pages. */
export interface PageTask {
  readonly id: string
  readonly split: string
  readonly start: string
  readonly instruction: string
  readonly judge: Judge
  /** Shortest way to success; empty where it is not known. */
  readonly path: readonly PathStep[]
}

/**
 * Reads tasks as they are written in options: `{ start, instruction, judge, id?, split?, path? }`.
 * @throws GymError CONFIG_INVALID naming the task and what is wrong with it
 */
export function readTasks(given: readonly Json[], origins: Origins): readonly PageTask[] {
  const tasks = given.map((task, number) => readTask(task, number, origins))
  const twice = tasks.find(({ id }, number) => tasks.findIndex((other) => other.id === id) !== number)
  if (twice) throw invalid(`two tasks have the id ${shown(twice.id)}`)
  return tasks
}

function readTask(given: Json, number: number, origins: Origins): PageTask {
  const where = `task ${number}`
  if (!isObject(given)) throw invalid(`${where} is an object, not ${shown(given)}`)
  const { id = `task-${number}`, split = 'test', start, instruction, judge, path = [] } = given
  const task = {
    id: text(id, `${where}.id`),
    split: text(split, `${where}.split`),
    instruction: text(instruction, `${where}.instruction`),
  }
  const address = text(start, `${where}.start`)
  if (!origins.allows(address)) throw invalid(`${where}.start is ${shown(address)}, which is not of an origin in allow`)
  return { ...task, start: address, judge: readJudge(judge, where), path: readPath(path, where) }
}

function readJudge(given: Json | undefined, where: string): Judge {
  if (!isObject(given)) throw invalid(`${where}.judge is an object of url, element, predicate or answer`)
  const { url, element, predicate, answer, ...others } = given
  const [foreign] = Object.keys(others)
  if (foreign !== undefined)
    throw invalid(`${where}.judge has no ${shown(foreign)}: it has url, element, predicate, answer`)
  if (Object.keys(given).length === 0) throw invalid(`${where}.judge is empty: every page would do`)
  return {
    ...(url !== undefined && { url: text(url, `${where}.judge.url`) }),
    ...(element !== undefined && { element: readElement(element, where) }),
    ...(predicate !== undefined && { predicate: text(predicate, `${where}.judge.predicate`) }),
    ...(answer !== undefined && { answer: text(answer, `${where}.judge.answer`) }),
  }
}

function readElement(given: Json, where: string): NonNullable<Judge['element']> {
  if (!isObject(given)) throw invalid(`${where}.judge.element is { selector, text? }`)
  const selector = text(given.selector, `${where}.judge.element.selector`)
  return given.text === undefined ? { selector } : { selector, text: text(given.text, `${where}.judge.element.text`) }
}

function readPath(given: Json, where: string): readonly PathStep[] {
  if (!Array.isArray(given)) throw invalid(`${where}.path is a list`)
  return given.map((step: Json) => {
    if (!isObject(step)) throw invalid(`${where}.path has ${shown(step)}: a step is { do, role, name, text? }`)
    const kind = (['click', 'type', 'select'] as const).find((each) => each === step.do)
    if (kind === undefined) throw invalid(`${where}.path: do is click, type or select, not ${shown(step.do)}`)
    const target = {
      do: kind,
      role: text(step.role, `${where}.path.role`),
      name: text(step.name, `${where}.path.name`),
    }
    return kind === 'click' ? target : { ...target, text: text(step.text, `${where}.path.text`) }
  })
}

function text(value: Json | undefined, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${where} is a text that is not empty, not ${shown(value)}`)
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', `option tasks of browser: ${message}`)
