import type { Rng } from '../../core/data/rng.ts'
import { type Plan, type PlannedStep, RIGHT_SQL } from './scene.ts'

/** An action that looks into a room. */
export const looking = (room: number): string =>
  `<think> the door of room ${room} </think>\n<tool_call>\n{"name": "look", "parameters": {"room": ${room}}}\n</tool_call>`

/** A step that goes right, for what is not given. */
export const planned = (
  given: Pick<PlannedStep, 'action' | 'place' | 'progress'> & Partial<PlannedStep>,
): PlannedStep => ({
  ...{ isValid: true, tokens: 8, logProb: -0.6, calls: 1, failed: 0 },
  ...given,
})

/** Solves the task in three steps and says so with confidence. */
export function successPlan(id: string, rng: Rng): Plan {
  const style = () => ({ tokens: rng.int(6, 10), logProb: -0.5 - 0.1 * rng.float() })
  const answer =
    '<think> so it is 42 </think> <answer>42</answer> <analysis> seen twice </analysis> <confidence>0.9</confidence>'
  return {
    ...{ id, isSuccess: true, reward: 1, passed: 4, agreement: 1, sql: RIGHT_SQL },
    steps: [
      planned({ action: looking(1), place: 'room 1', progress: 0.3, ...style() }),
      planned({ action: looking(2), place: 'room 2', progress: 0.6, ...style() }),
      planned({ action: answer, place: 'end', progress: 1, ...style(), calls: 0 }),
    ],
  }
}

/** Looks into a room that is locked, and answers wrong and at length, without the form that was asked for. */
export function failurePlan(id: string, rng: Rng): Plan {
  const style = () => ({ tokens: rng.int(12, 16), logProb: -1 - 0.1 * rng.float() })
  const answer =
    '<think> perhaps it is 41, or 40, or whatever the sign in room 1 said, since room 3 was locked and nothing else is known </think> <answer>41</answer> <confidence>0.4</confidence>'
  return {
    ...{ id, isSuccess: false, reward: 0, passed: 1, agreement: 0.2, sql: 'SELECT id FROM doors' },
    steps: [
      planned({ action: looking(1), place: 'room 1', progress: 0.3, ...style() }),
      planned({ action: looking(3), place: 'room 1', progress: 0.3, isValid: false, failed: 1, ...style() }),
      planned({ action: answer, place: 'end', progress: 0.3, ...style(), calls: 0 }),
    ],
  }
}
