import { messagesOf } from '../dialogue.ts'
import { linePerTrajectory, toolsField } from './context.ts'
import { metadataOf } from './metadata.ts'

/** OpenAI's chat format: `messages`, `tools`, and in `stepgym` what it has no place for. */
export const chatRows = linePerTrajectory((whole, dialogue, context) => ({
  messages: messagesOf(dialogue),
  ...toolsField(dialogue.tools),
  ...(!context.isBare && { stepgym: metadataOf(whole, dialogue, context) }),
}))
