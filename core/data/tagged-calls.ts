const OPEN = '<tool_call>'
const CLOSE = '</tool_call>'
const THOUGHT_END = '</think>'

/** The text of a model without its thinking, which ends with `</think>`; the text itself where there is none. */
export function withoutThought(text: string): string {
  const end = text.lastIndexOf(THOUGHT_END)
  return end < 0 ? text : text.slice(end + THOUGHT_END.length).trim()
}

/**
 * JSON of each call in the text of a model, as Hermes, Qwen and others write calls: every call between `<tool_call>` and
 * `</tool_call>`, or several between the two, one a line, as ToolRL does. Thinking does not count, and the last tag
 * need not be closed. Nothing is checked. Empty where there is no tag.
 */
export function taggedCalls(text: string): readonly string[] {
  const [, ...parts] = withoutThought(text).split(OPEN)
  return parts.flatMap((part) => jsonTexts((part.split(CLOSE, 1)[0] ?? '').trim()))
}

function jsonTexts(inner: string): readonly string[] {
  const lines = inner.split('\n').filter((line) => line.trim() !== '')
  return lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line)) ? lines : [inner]
}
