import type { Anchors, JsonObject, Step } from '../core/data/types.ts'
import { decodeAnchors, encodeAnchors, haveEqualAnchors } from './anchors.ts'
import { countOf, defaulted, type Field, fieldsOf, flagOf, listOf, objectOf, textOf } from './check.ts'
import { contextAfter, decodeEvidence, encodeEvidence } from './evidence.ts'
import { decodeMove, encodeMove, MOVE_FIELDS } from './move-line.ts'
import { decodeReward, encodeReward } from './reward-line.ts'

/** Where a trajectory stands: what the next step's line need not repeat. */
export interface Standing {
  readonly forkPath: string
  readonly nextIndex: number
  readonly observation: string
  readonly anchors: Anchors
  /** Tokens of the last prompt and action, empty without token evidence. */
  readonly context: readonly number[]
}

export const standingAfter = (step: Step, { forkPath }: Standing): Standing => ({
  forkPath,
  nextIndex: step.index + 1,
  observation: step.nextObservation,
  anchors: step.nextAnchors,
  context: contextAfter(step.evidence),
})

/** A step as a line: what it led to, and of where it began only what differs from where its trajectory stands. */
export function encodeStep(step: Step, from: Standing): JsonObject {
  const { trajectoryId, index, observation, anchors, nextObservation, nextAnchors, rewards, evidence } = step
  return {
    type: 'step',
    trajectoryId,
    index,
    ...changedView(observation, anchors, from),
    ...encodeMove(step, from.forkPath),
    ...(!step.isActionValid && { isActionValid: false }),
    ...(nextObservation !== observation && { nextObservation }),
    ...(!haveEqualAnchors(nextAnchors, anchors) && { nextAnchors: encodeAnchors(nextAnchors, nextObservation) }),
    rewards: rewards.map(encodeReward),
    ...(step.terminated && { terminated: true }),
    ...(step.truncated && { truncated: true }),
    ...(Object.keys(step.info).length > 0 && { info: step.info }),
    ...(evidence && { evidence: encodeEvidence(evidence, from.context) }),
  }
}

function changedView(observation: string, anchors: Anchors, from: Standing): JsonObject {
  return {
    ...(observation !== from.observation && { observation }),
    ...(!haveEqualAnchors(anchors, from.anchors) && { anchors: encodeAnchors(anchors, observation) }),
  }
}

const FIELDS = [
  ...['type', 'trajectoryId', 'index', 'observation', 'anchors', ...MOVE_FIELDS, 'isActionValid'],
  ...['nextObservation', 'nextAnchors', 'rewards', 'terminated', 'truncated', 'info', 'evidence'],
]

/** @throws Malformed */
export function decodeStep(line: JsonObject, from: Standing): Step {
  const fields = fieldsOf(line, 'a step line', FIELDS)
  const view = viewOf(fields.observation, fields.anchors, from)
  const next = viewOf(fields.nextObservation, fields.nextAnchors, view)
  const { action, forkPath, effects, refused } = decodeMove(fields, from.forkPath)
  const step: Step = {
    trajectoryId: textOf(fields.trajectoryId, 'trajectoryId'),
    index: countOf(fields.index, 'index'),
    observation: view.observation,
    anchors: view.anchors,
    action,
    forkPath,
    effects,
    isActionValid: defaulted(fields.isActionValid, 'isActionValid', true, flagOf),
    nextObservation: next.observation,
    nextAnchors: next.anchors,
    rewards: listOf(fields.rewards, 'rewards', decodeReward),
    terminated: defaulted(fields.terminated, 'terminated', false, flagOf),
    truncated: defaulted(fields.truncated, 'truncated', false, flagOf),
    info: defaulted(fields.info, 'info', {}, objectOf),
  }
  const parsed = refused ? { ...step, refused } : step
  return fields.evidence === undefined ? parsed : { ...parsed, evidence: decodeEvidence(fields.evidence, from.context) }
}

type View = Pick<Step, 'observation' | 'anchors'>

function viewOf(observation: Field, anchors: Field, from: View): View {
  const shown = defaulted<string>(observation, 'observation', from.observation, textOf)
  return {
    observation: shown,
    anchors: anchors === undefined ? from.anchors : decodeAnchors(anchors, shown, 'anchors'),
  }
}
