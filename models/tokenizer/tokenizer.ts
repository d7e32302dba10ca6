import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { GymError, messageOf } from '../../core/data/errors.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { jsonObjectOf } from '../imported/model-folder.ts'

/** Tokenizer of a Hugging Face model, as its folder has it. */
export interface TextTokenizer {
  /** Ids of special tokens by their text, such as `<|im_end|>`. */
  readonly special: ReadonlyMap<string, number>
  /** Ids of a text in which the texts of special tokens are these tokens, as a chat template writes them. */
  encode(text: string): readonly number[]
  /** Ids of a text in which the texts of special tokens are text like any other: what a user, a tool or a model wrote. */
  encodeText(text: string): readonly number[]
  /** Text of ids, special tokens included; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string
}

/** Most bytes of a tokenizer's files; the largest vocabularies have about 40 MB. */
const LARGEST = 2 ** 28

/**
 * Opens the tokenizer of a folder: `tokenizer.json`, and `tokenizer_config.json` if it is there. Nothing is downloaded.
 * @throws GymError MODEL_INVALID for files that are missing, or not a tokenizer's.
 */
export function openTokenizer(folder: string): TextTokenizer {
  const path = join(folder, 'tokenizer.json')
  const data = jsonObjectOf(path, LARGEST)
  const configPath = join(folder, 'tokenizer_config.json')
  const config = existsSync(configPath) ? jsonObjectOf(configPath, LARGEST) : {}
  const added = addedTokensOf(data, path)
  const special = added.filter((token) => token.special === true)
  const [whole, plain] = [
    tokenizerOf(data, config, path),
    tokenizerOf({ ...data, added_tokens: added.filter((token) => !special.includes(token)) }, config, path),
  ]
  const encoded = (tokenizer: Tokenizer, text: string): readonly number[] =>
    text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids
  return {
    special: new Map(special.map(({ content, id }) => [content, id])),
    encode: (text) => encoded(whole, text),
    encodeText: (text) => encoded(plain, text),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : whole.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
  }
}

function tokenizerOf(data: JsonObject, config: JsonObject, path: string): Tokenizer {
  try {
    const tokenizer = new Tokenizer(data, config)
    // A tokenizer that cannot encode is refused here, not at the first action.
    const { ids } = tokenizer.encode('a', { add_special_tokens: false })
    if (!ids.every(isTokenId)) throw new Error('it encodes a letter as something else than ids')
    return tokenizer
  } catch (thrown) {
    throw new GymError('MODEL_INVALID', `${path} is not the file of a tokenizer: ${messageOf(thrown)}`)
  }
}

/** Whether it is an id; where a vocabulary lacks the token for what is unknown, libraries give something else. */
export const isTokenId = (id: number): boolean => Number.isSafeInteger(id) && id >= 0

/** Token that stands outside the vocabulary's rules. */
type AddedToken = JsonObject & { readonly id: number; readonly content: string }

function addedTokensOf({ added_tokens: added = null }: JsonObject, path: string): readonly AddedToken[] {
  if (Array.isArray(added) && added.every(isAdded)) return added
  throw new GymError('MODEL_INVALID', `${path} is not the file of a tokenizer: its added_tokens have no ids and texts`)
}

function isAdded(value: Json): value is AddedToken {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('content' in value)) return false
  return (
    typeof value.id === 'number' && isTokenId(value.id) && typeof value.content === 'string' && value.content !== ''
  )
}
