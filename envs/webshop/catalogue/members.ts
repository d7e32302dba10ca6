import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { messageOf } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import { invalid } from './fields.ts'

/** One element of a JSON array, or one entry of a JSON object. */
export interface Member {
  /** Position in an array; name in an object. */
  readonly key: number | string
  readonly value: unknown
}

const CHUNK_BYTES = 1 << 20
/** A product of WebShop has some kilobytes. */
const MOST_MEMBER_BYTES = 1 << 26
const NO_MEMBERS = 'a JSON list or object is expected'
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const IS_STRUCTURAL = new Uint8Array(256)
for (const byte of [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) IS_STRUCTURAL[byte] = 1

/**
 * The members of the one array or object that a JSON file holds, read a chunk at a time: the full WebShop catalogue
 * is larger than a JavaScript string can be.
 * @throws GymError CATALOGUE_INVALID where the file cannot be read, is not a such JSON, or ends early.
 */
export function* membersOf(path: string): Generator<Member> {
  const splitter = new MemberSplitter(path)
  for (const chunk of chunksOf(path)) yield* splitter.push(chunk)
  splitter.end()
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = opened(path)
  try {
    while (true) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null)
      if (length === 0) return
      yield chunk.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    return openedFile(path)
  } catch (cause) {
    throw invalid(path, `this file cannot be read (${messageOf(cause)})`, cause)
  }
}

/** A record of strangers may name the file: a pipe or device is not waited for. */
function openedFile(path: string): number {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new Error('it is not a regular file')
}

/** Cuts JSON text at the commas of its outermost level; what lies between is parsed on its own. */
class MemberSplitter {
  readonly #path: string
  #pending: Buffer[] = []
  #pendingBytes = 0
  #depth = 0
  #isObject = false
  #isClosed = false
  #inText = false
  #isEscaped = false
  #count = 0

  constructor(path: string) {
    this.#path = path
  }

  *push(chunk: Buffer): Generator<Member> {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inText) at = this.#endOfText(chunk, at)
      const byte = chunk[at] ?? 0
      if (IS_STRUCTURAL[byte] !== 1) continue
      const cut = this.#advance(byte)
      if (cut === 'inside') continue
      const text = this.#taken(chunk.subarray(start, at))
      if (cut === 'open') this.#expectBlank(text, NO_MEMBERS)
      else yield* this.#member(text, cut === 'close')
      start = at + 1
    }
    if (start < chunk.length) this.#wait(chunk.subarray(start))
  }

  #wait(rest: Buffer): void {
    this.#pending.push(rest)
    this.#pendingBytes += rest.length
    if (this.#pendingBytes <= MOST_MEMBER_BYTES) return
    throw invalid(this.#path, `record ${this.#count} has more than ${MOST_MEMBER_BYTES} bytes, or never ends`)
  }

  /** @throws GymError CATALOGUE_INVALID where the text is not complete. */
  end(): void {
    const rest = this.#taken()
    if (this.#depth === 0)
      this.#expectBlank(rest, this.#isClosed ? 'something follows the end of the JSON text' : NO_MEMBERS)
    if (!this.#isClosed)
      throw invalid(this.#path, `this file is incomplete: it ends after ${this.#count} complete records`)
  }

  /** Position of the byte after the quote that ends the text, which may lie in a later chunk. */
  #endOfText(chunk: Buffer, from: number): number {
    let at = this.#isEscaped ? from + 1 : from
    for (; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === QUOTE) return this.#leaveText(at + 1)
      if (byte === BACKSLASH) at++
    }
    this.#isEscaped = at > chunk.length
    return chunk.length
  }

  #leaveText(end: number): number {
    this.#inText = false
    this.#isEscaped = false
    return end
  }

  #advance(byte: number): 'inside' | 'open' | 'member' | 'close' {
    if (byte === QUOTE) this.#inText = true
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) return this.#open(byte)
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return this.#close(byte)
    else if (this.#depth === 1) return 'member'
    return 'inside'
  }

  #open(byte: number): 'inside' | 'open' {
    if (this.#depth++ > 0 || this.#isClosed) return 'inside'
    this.#isObject = byte === OPEN_OBJECT
    return 'open'
  }

  /** A bracket of the wrong kind stays inside: what it stands in is not JSON then, or never ends. */
  #close(byte: number): 'inside' | 'close' {
    if (this.#depth === 1 && (byte === CLOSE_OBJECT) !== this.#isObject) return 'inside'
    this.#depth--
    if (this.#depth !== 0 || this.#isClosed) return 'inside'
    this.#isClosed = true
    return 'close'
  }

  *#member(text: string, isLast: boolean): Generator<Member> {
    if (isLast && this.#count === 0 && text.trim() === '') return
    const position = this.#count++
    yield* this.#isObject ? this.#entry(text, position) : [{ key: position, value: this.#parsed(text, position) }]
  }

  *#entry(text: string, position: number): Generator<Member> {
    const parsed = this.#parsed(`{${text}}`, position)
    const entries = Object.entries(parsed ?? {})
    if (entries.length !== 1) throw invalid(this.#path, `record ${position} is not an entry of an object`)
    for (const [key, value] of entries) yield { key, value }
  }

  #parsed(text: string, position: number): unknown {
    try {
      return parseJson(text)
    } catch (cause) {
      throw invalid(this.#path, `record ${position} is not JSON (${messageOf(cause)})`, cause)
    }
  }

  #expectBlank(text: string, complaint: string): void {
    if (text.trim() !== '') throw invalid(this.#path, complaint)
  }

  #taken(last: Buffer = Buffer.alloc(0)): string {
    const text = Buffer.concat([...this.#pending, last]).toString('utf8')
    this.#pending = []
    this.#pendingBytes = 0
    return text
  }
}
