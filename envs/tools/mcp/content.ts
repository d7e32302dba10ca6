import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js'

/** What a call answered, as an agent is shown it. A type, so that it is JSON to the compiler. */
export type CallAnswer = {
  readonly text: string
  readonly isError: boolean
}

/** The content of a result as text: pictures and sound by their kind and size, resources by their text or address. */
export function answerOf({ content, structuredContent, isError = false }: CallToolResult, most: number): CallAnswer {
  const texts = content.map(textOf)
  const text = texts.length === 0 && structuredContent ? JSON.stringify(structuredContent) : texts.join('\n')
  return { text: shortened(text, most), isError }
}

/** The first characters of a text, with a note of how many are left out. @param most length of the result, without the note */
export function shortened(text: string, most: number): string {
  const whole = wellFormed(text)
  if (whole.length <= most) return whole
  return `${wellFormed(whole.slice(0, most))}\n(left out: ${whole.length - most} of ${whole.length} characters)`
}

/** Halves of characters cannot be written as UTF-8. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD')

function textOf(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image':
    case 'audio':
      return `[${block.type} ${block.mimeType}, ${bytesOf(block.data)} bytes]`
    case 'resource_link':
      return `[resource ${block.uri}]`
    case 'resource':
      return 'text' in block.resource
        ? block.resource.text
        : `[resource ${block.resource.uri}, ${bytesOf(block.resource.blob)} bytes]`
  }
}

const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
