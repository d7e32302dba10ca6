import { pythonStrip } from '../../../core/cpython/text.ts'
import { cutResponse } from '../search-r1/response.ts'

/** Action found in a model's output: `<search>..</search>`, `<answer>..</answer>` or nothing. */
export interface ProjectedAction {
  readonly action: string
  readonly isValid: boolean
}

/** The action in a model's output, as `search_projection` of verl-agent finds it. */
export function projectOutput(output: string): ProjectedAction {
  const cut = cutResponse(output)
  const action = tagged(cut, 'search') ?? tagged(cut, 'answer') ?? ''
  return { action, isValid: action !== '' && !isAmbiguous(output) }
}

function tagged(text: string, tag: string): string | null {
  const [, content] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'i').exec(text) ?? []
  return content === undefined ? null : `<${tag}>${pythonStrip(content)}</${tag}>`
}

/** Whether it has both kinds of opening tag, or one twice. */
function isAmbiguous(output: string): boolean {
  const [searches, answers] = ['search', 'answer'].map((tag) => output.split(new RegExp(`<${tag}>`, 'i')).length - 1)
  return (searches ?? 0) + (answers ?? 0) > 1
}
