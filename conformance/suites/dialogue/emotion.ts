import {
  changedEmotion,
  emotionOutcome,
  emotionState,
  emotionStep,
  readChange,
  SIMULATORS,
  type Simulator,
} from '../../../envs/dialogue/rules/emotion.ts'
import { recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { VectorRecord } from '../../vector-record.ts'

/** Conversations of RLVER and SAGE: how each analysis changes the emotion, and what is paid for it. */
export const emotionHandler: VerifyHandler = {
  name: 'emotion of a simulated user',
  pattern: /^emotion_updates[\w.-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `record ${index}`, check: () => check(new VectorRecord('', read())) }
  },
}

function check(record: VectorRecord): void {
  record.only(['simulator', 'start', 'steps', 'final_reward_original'])
  const simulator = simulatorOf(record)
  let emotion = record.number('start')
  for (const step of record.objects('steps')) emotion = checkStep(step, simulator, emotion)
  record.expect('final_reward_original', emotionOutcome(emotion))
}

function simulatorOf(record: VectorRecord): Simulator {
  const name = record.text('simulator')
  const known = SIMULATORS.find((simulator) => simulator === name)
  if (known === undefined) throw new VerifyMismatch(`${record.path}.simulator`, SIMULATORS.join(' or '), name)
  return known
}

/** Every analysis but the last could not be read. Returns the emotion after it. */
function checkStep(step: VectorRecord, simulator: Simulator, before: number): number {
  step.only(['replies', 'change', 'emo_point', 'emo_state', 'fork_step_reward'])
  const changes = step.texts('replies').map((analysis) => readChange(analysis, simulator))
  const at = changes.findIndex((change) => change !== null)
  if (at !== changes.length - 1) throw new VerifyMismatch(`${step.path}.replies`, changes.length - 1, at)
  const change = changes[at] ?? 0
  const after = changedEmotion(before, change)
  step.expect('change', change)
  step.expect('emo_point', after)
  step.expect('emo_state', emotionState(after))
  step.expect('fork_step_reward', emotionStep(before, after))
  return after
}
