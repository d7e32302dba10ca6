import { parseOwnJson } from '../core/data/json.ts'
import type { CheckedProgram } from './types.ts'

/** Types of frames between this process and one that runs programs; `linux/python/frames.py` has the same. */
export const FRAME = { run: 1, message: 2, cancel: 3, ready: 4, result: 5, broken: 6 } as const

const HEADER = 9
/** Far above what the limits of an execution let it return. */
const MOST_BYTES = 2 ** 31

export interface Frame {
  readonly type: number
  readonly payload: Buffer
}

/** A frame: type, length of the payload, one number, payload; little-endian. */
export function frame(type: number, parts: readonly Uint8Array[] = [], argument = 0): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeUInt8(type, 0)
  header.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, 0),
    1,
  )
  header.writeUInt32LE(argument, 5)
  return Buffer.concat([header, ...parts])
}

/** Reads frames from chunks of any size. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0

  /** Frames that the chunk completes. @throws RangeError for a length that no process of ours sends */
  push(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed()) return []
    return this.#take(Buffer.concat(this.#chunks.splice(0)))
  }

  #needed(): number {
    const [first] = this.#chunks
    return first === undefined || first.length < HEADER ? HEADER : HEADER + first.readUInt32LE(1)
  }

  #take(bytes: Buffer): readonly Frame[] {
    const frames: Frame[] = []
    let at = 0
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32LE(at + 1)
      if (length > MOST_BYTES) throw new RangeError(`a frame of ${length} bytes`)
      if (bytes.length - at < HEADER + length) break
      frames.push({ type: bytes.readUInt8(at), payload: bytes.subarray(at + HEADER, at + HEADER + length) })
      at += HEADER + length
    }
    this.#length = bytes.length - at
    if (this.#length > 0) this.#chunks.push(bytes.subarray(at))
    return frames
  }
}

/** JSON after its length, and parts after it, whose lengths the JSON has. */
function payloadOf(head: object, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return [length, text, ...parts]
}

/** What runs a program, if that is not Python itself. */
export interface Interpreter {
  readonly path: string
  /** Bytes that it reserves as data for machine code, and that the limit of data leaves out. */
  readonly reservedBytes: number
}

export function runFrame(program: CheckedProgram, interpreter: Interpreter | null): Buffer {
  const { language, main, args, stdin, files, limits } = program
  const head = {
    language,
    interpreter,
    name: main.name,
    args,
    limits,
    source: main.source.length,
    stdin: stdin.length,
    files: [...files].map(([path, bytes]) => [path, bytes.length]),
  }
  return frame(FRAME.run, payloadOf(head, [main.source, stdin, ...files.values()]), limits.timeoutMs)
}

/** What is reported of an execution, without the bytes. */
export interface ResultHead {
  readonly why: 'timeout' | 'memory' | 'output' | 'cancelled' | null
  readonly exitCode: number | null
  readonly signal: number | null
  readonly durationMs: number
  readonly cpuMs: number
  readonly peakBytes: number
  readonly stdout: readonly [length: number, isTruncated: boolean]
  readonly stderr: readonly [length: number, isTruncated: boolean]
  readonly changed: readonly (readonly [path: string, length: number])[]
  readonly removed: readonly string[]
  readonly skipped: readonly (readonly [path: string, reason: string])[]
}

/** The JSON of a payload, and a function that takes its next part of a length. */
export function readPayload<T>(payload: Buffer): { readonly head: T; take(length: number): Buffer } {
  let at = 4 + payload.readUInt32LE(0)
  const head = parseOwnJson<T>(payload.toString('utf8', 4, at))
  const take = (length: number): Buffer => {
    at += length
    return payload.subarray(at - length, at)
  }
  return { head, take }
}
