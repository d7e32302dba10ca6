import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import type { JsonObject } from '../core/data/types.ts'
import { parseLinks, setsOf, type TaskLinks, unitsOf } from '../core/rollout/linked.ts'

/** Flag with linked tasks. */
export interface LinkedFlags {
  /** A JSON file with lists of ids of tasks, or that JSON. */
  readonly linked?: string
}

/** @throws GymError CONFIG_INVALID */
export function linkedTasks(folder: string, linked: string): TaskLinks {
  return parseLinks(jsonOf(/^\s*\[/.test(linked) ? linked : textOf(folder, linked)))
}

function textOf(folder: string, path: string): string {
  try {
    return readFileSync(resolve(folder, path), 'utf8')
  } catch (thrown) {
    throw invalid(`linked tasks: ${path} cannot be read: ${messageOf(thrown)}`)
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch (thrown) {
    throw invalid(`linked tasks cannot be read as JSON: ${messageOf(thrown)}`)
  }
}

/**
 * Requires that two groups are judged together: links that do nothing are a mistake.
 * @param taskIds task of each group
 * @throws GymError CONFIG_INVALID
 */
export function expectLinked(taskIds: readonly string[], links: TaskLinks): void {
  if (unitsOf(taskIds, links).some(({ length }) => length > 1)) return
  throw invalid(`--linked links no two of the groups: their tasks are ${[...new Set(taskIds)].slice(0, 5).join(', ')}`)
}

/** What a manifest says of them, beside the other limits. */
export const linkedLimits = (links: TaskLinks | null): JsonObject => (links === null ? {} : { linked: setsOf(links) })

/** Linked tasks of a recorded run; null for none. */
export const recordedLinks = ({ linked }: JsonObject): TaskLinks | null =>
  linked === undefined ? null : parseLinks(linked)

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
