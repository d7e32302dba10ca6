import { styleText } from 'node:util'
import { controlSequence, type TextSink } from './text-sink.ts'

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'
export type Painter = (style: Style, text: string) => string

/** Colours on a terminal only, and not against NO_COLOR (no-color.org: set, and not empty). */
export function painterOf(
  sink: TextSink,
  { NO_COLOR = '' }: { readonly NO_COLOR?: string | undefined } = process.env,
): Painter {
  if (sink.isTTY !== true || NO_COLOR !== '') return (_, text) => text
  return (style, text) => {
    const [before = '', after = ''] = styleText(style, '|', { validateStream: false }).split('|')
    return controlSequence(before) + text + controlSequence(after)
  }
}
