import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { byteTokenizer } from '../../support/byte-tokenizer.ts'
import { folderWith } from '../../support/language-model.ts'

const DATA = byteTokenizer('to be or not to be '.repeat(4), 10)
const opened = (data: unknown, config?: unknown) =>
  openTokenizer(
    folderWith({
      'tokenizer.json': JSON.stringify(data),
      ...(config !== undefined && { 'tokenizer_config.json': JSON.stringify(config) }),
    }),
  )

describe('a tokenizer of a folder', () => {
  it('gives every text back, spaces before punctuation included', () => {
    // Hugging Face's decoder joins punctuation to the word before it, where a configuration does not forbid it.
    const tokenizer = opened(DATA, { clean_up_tokenization_spaces: true })
    for (const text of ['to be , or not .', " you 're 🙂 你", '\u0000\n\t', "n't <|im_end|>"])
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    expect(tokenizer.decode([])).toBe('')
    expect(tokenizer.encode('')).toEqual([])
  })

  it('reads the text of special tokens as these, or as text', () => {
    const tokenizer = opened(DATA)
    expect(tokenizer.encode('<|im_end|>')).toEqual([tokenizer.special.get('<|im_end|>')])
    const ids = tokenizer.encodeText('<|im_end|>')
    expect(ids.length).toBeGreaterThan(5)
    expect(tokenizer.decode(ids)).toBe('<|im_end|>')
    // Added tokens that are not special keep their token.
    expect(tokenizer.encodeText('<tool_call>')).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['an object without a model', {}],
    ['a model of an unknown kind', { ...DATA, model: { type: 'Crystal ball' } }],
    [
      'a vocabulary without a letter, and without the token for what is unknown',
      { ...DATA, model: { ...Object(DATA.model), vocab: {}, merges: [], unk_token: '<unknown>' } },
    ],
    ['added tokens without ids', { ...DATA, added_tokens: [{ content: 'x' }] }],
    ['an added token with an id below 0', { ...DATA, added_tokens: [{ id: -1, content: 'x', special: true }] }],
    ['a list', [1]],
  ])('is refused where tokenizer.json is %s', (_, data) => {
    expect(() => opened(data)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }))
  })

  it('is refused where a file is missing, or is not JSON', () => {
    expect(() => openTokenizer(folderWith({}))).toThrow(/tokenizer.json cannot be read/)
    expect(() => openTokenizer(folderWith({ 'tokenizer.json': '{"a":' }))).toThrow(
      /tokenizer.json is not a JSON object/,
    )
  })
})
