import { parseSeed, type Seed } from '../core/data/rng.ts'
import { shown } from '../core/data/shown.ts'
import type { JsonObject, Move } from '../core/data/types.ts'
import type { EpisodeStart } from '../core/rollout/log.ts'
import { decodeAnchors, encodeAnchors } from './anchors.ts'
import { countOf, defaulted, type Field, fieldsOf, listOf, Malformed, nameOf, objectOf, textOf } from './check.ts'
import { decodeMove, effectsOf, encodeEffect, encodeMove, MOVE_FIELDS } from './move-line.ts'

/** The start of an episode as a line; the environment is the manifest's. */
export function encodeStart(start: EpisodeStart): JsonObject {
  const { trajectoryId, groupId, agent, taskId, split, seed, member, forkPath, maxSteps, observation } = start
  return {
    type: 'episode',
    trajectoryId,
    ...(groupId !== null && { groupId }),
    agent,
    taskId,
    split,
    seed,
    ...(member !== 0 && { member }),
    ...(forkPath !== '' && { forkPath }),
    maxSteps,
    observation,
    anchors: encodeAnchors(start.anchors, observation),
    ...(start.resetEffects.length > 0 && { resetEffects: start.resetEffects.map(encodeEffect) }),
    ...(start.parentId !== undefined && { parentId: start.parentId }),
    ...(start.serving !== undefined && { serving: start.serving }),
    ...(start.past.length > 0 && { past: start.past.map((move) => encodeMove(move, forkPath)) }),
  }
}

const FIELDS = [
  ...['type', 'trajectoryId', 'groupId', 'agent', 'taskId', 'split', 'seed', 'member', 'forkPath', 'maxSteps'],
  ...['observation', 'anchors', 'resetEffects', 'parentId', 'serving', 'past'],
]

/** @throws Malformed */
export function decodeStart(line: JsonObject, environment: string): EpisodeStart {
  const fields = fieldsOf(line, 'an episode line', FIELDS)
  const observation = textOf(fields.observation, 'observation')
  const forkPath = defaulted(fields.forkPath, 'forkPath', '', textOf)
  return {
    environment,
    trajectoryId: nameOf(fields.trajectoryId, 'trajectoryId'),
    groupId: defaulted<string | null>(fields.groupId, 'groupId', null, nameOf),
    agent: textOf(fields.agent, 'agent'),
    taskId: textOf(fields.taskId, 'taskId'),
    split: textOf(fields.split, 'split'),
    seed: seedOf(fields.seed, 'seed'),
    member: defaulted(fields.member, 'member', 0, countOf),
    forkPath,
    maxSteps: countOf(fields.maxSteps, 'maxSteps'),
    observation,
    anchors: decodeAnchors(fields.anchors, observation, 'anchors'),
    resetEffects: defaulted(fields.resetEffects, 'resetEffects', [], effectsOf),
    ...(fields.parentId !== undefined && { parentId: textOf(fields.parentId, 'parentId') }),
    ...(fields.serving !== undefined && { serving: objectOf(fields.serving, 'serving') }),
    past: defaulted<readonly Move[]>(fields.past, 'past', [], (past, what) => movesOf(past, what, forkPath)),
  }
}

const movesOf = (value: Field, what: string, forkPath: string): readonly Move[] =>
  listOf(value, what, (move, item) => decodeMove(fieldsOf(move, item, MOVE_FIELDS), forkPath))

/** A seed in its one exact form. @throws Malformed */
export function seedOf(value: Field, what: string): Seed {
  const seed = parsedSeed(value)
  if (seed === null || seed !== value) throw new Malformed(`${what} is not a seed in its exact form: ${shown(value)}`)
  return seed
}

function parsedSeed(value: Field): Seed | null {
  try {
    return parseSeed(value)
  } catch {
    return null
  }
}
