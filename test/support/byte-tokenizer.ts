import type { JsonObject } from '../../core/data/types.ts'

/** Special tokens of the test's tokenizer, as ChatML has them. */
export const SPECIAL = ['<|end|>', '<|im_start|>', '<|im_end|>', '<|im_end|><|im_start|>x'] as const

/** Characters that byte-level tokenizers write bytes with (GPT-2): printable ones themselves, the others from U+0100. */
const byteCharacters = (): readonly string[] => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

/**
 * `tokenizer.json` of byte-level BPE: 256 bytes, merges learnt from a text by how often pairs occur, special tokens.
 * @param merges number of merges
 */
export function byteTokenizer(text: string, merges: number, more: JsonObject = {}): JsonObject {
  const characters = byteCharacters()
  let tokens = Array.from(Buffer.from(text), (byte) => characters[byte] ?? '')
  const vocabulary = [...characters]
  const pairs: [string, string][] = []
  while (pairs.length < merges) {
    const [left, right] = commonestPair(tokens)
    pairs.push([left, right])
    vocabulary.push(left + right)
    tokens = merged(tokens, left, right)
  }
  const special = SPECIAL.map((content, at) => addedToken(vocabulary.length + at, content, true))
  return {
    version: '1.0',
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    added_tokens: [...special, addedToken(vocabulary.length + special.length, '<tool_call>', false)],
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges: pairs.map((pair) => pair.join(' ')),
      unk_token: null,
    },
    ...more,
  }
}

const addedToken = (id: number, content: string, special: boolean): JsonObject => ({
  ...{ id, content, special, single_word: false, lstrip: false, rstrip: false },
  normalized: false,
})

function commonestPair(tokens: readonly string[]): readonly [string, string] {
  const counts = new Map<string, number>()
  for (const [at, token] of tokens.slice(0, -1).entries()) {
    const key = `${token} ${tokens[at + 1]}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const [[best = ' '] = []] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const [left = '', right = ''] = best.split(' ')
  return [left, right]
}

function merged(tokens: readonly string[], left: string, right: string): string[] {
  const result: string[] = []
  for (let at = 0; at < tokens.length; at++) {
    const isPair = tokens[at] === left && tokens[at + 1] === right
    result.push(isPair ? left + right : (tokens[at] ?? ''))
    if (isPair) at++
  }
  return result
}
