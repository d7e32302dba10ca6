import { parseJson } from '../../core/data/json.ts'
import { taggedCalls, withoutThought } from '../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ChatReply, WrittenCall } from '../../models/chat/reply.ts'
import type { Form } from './form.ts'
import { isObject } from './form.ts'

/**
 * The action that an answer means. What a model gets wrong stays as it wrote it, for the environment to refuse: unknown
 * tools, arguments that are not JSON, nothing at all.
 */
export function actionOf(form: Form, reply: ChatReply): Json {
  if (form.kind === 'text' || reply.calls.length === 0) return spoken(form, reply.content)
  if (form.kind === 'call') return argumentsOf(reply.calls[0])
  const { content } = reply
  return { ...(content !== '' && { content }), tool_calls: namedCalls(reply.calls) }
}

/**
 * A message to the user is distinguished from text that is an action: calls that the endpoint left in the text, as one
 * does that parses none. An empty one is refused.
 */
function spoken(form: Form, content: string): Json {
  const said = actionText(content)
  if (form.kind !== 'tools') return said
  if (taggedCalls(said).length > 0) return said
  return said === '' ? '' : { respond: said }
}

/** Content of the last `<action>`, or everything except the thinking. */
function actionText(content: string): string {
  const tagged = [...content.matchAll(/<action>([\s\S]*?)<\/action>/g)].at(-1)
  return (tagged?.[1] ?? withoutThought(content)).trim()
}

function argumentsOf(call: WrittenCall | undefined): Json {
  try {
    return parseJson(call?.arguments ?? '')
  } catch {
    return call?.arguments ?? ''
  }
}

/** Each with its own id, which identifies its answer. */
function namedCalls(calls: readonly WrittenCall[]): readonly JsonObject[] {
  const ids = new Set<string>()
  let spare = 0
  return calls.map(({ id: given, name, arguments: args }) => {
    let id = given
    while (id === '' || ids.has(id)) id = `call_${spare++}`
    ids.add(id)
    return { id, type: 'function', function: { name, arguments: args } }
  })
}

/** The calls of an action that `actionOf` made; none for another action. */
export function callsOfAction(action: Json): readonly WrittenCall[] {
  if (!isObject(action) || !Array.isArray(action.tool_calls)) return []
  return action.tool_calls.map((call: Json) => {
    const { id, function: called } = isObject(call) ? call : {}
    const { name, arguments: args } = isObject(called) ? called : {}
    return { id: textOf(id), name: textOf(name), arguments: textOf(args) }
  })
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
