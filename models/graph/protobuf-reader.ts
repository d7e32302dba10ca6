import { GymError } from '../../core/data/errors.ts'

/** Field of a message in the Protocol Buffers wire format. */
export interface ProtobufField {
  readonly number: number
  readonly wire: Wire
  /** Value of an integer field, as an unsigned 64-bit number; 0 for the others. */
  readonly integer: bigint
  /** Content of any other field; the bytes of an integer field's value. */
  readonly bytes: Uint8Array
  /** The whole field with its tag: a view of the message. */
  readonly raw: Uint8Array
}

/** Wire types of the format; groups are long out of use, and refused. */
export const WIRE = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const
type Wire = (typeof WIRE)[keyof typeof WIRE]

/**
 * Fields of a message in their order, as views: nothing is copied, and no length is believed before it is checked.
 * @throws GymError MODEL_INVALID for a message that ends inside a field, or a tag that the format does not have.
 */
export function* fieldsOf(message: Uint8Array): Generator<ProtobufField> {
  for (let at = 0; at < message.length; ) {
    const tag = varintAt(message, at)
    const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)]
    if (number < 1 || number > LARGEST_NUMBER || !isWire(wire)) throw invalid(`field ${number} of wire type ${wire}`)
    const { begin, end, integer } = contentAt(message, tag.end, wire)
    if (end > message.length) throw invalid(`field ${number} is cut off`)
    yield new FieldView(message, { number, wire, integer }, { at, begin, end })
    at = end
  }
}

/** Views are made where they are asked for: a message may have millions of fields that nothing reads. */
class FieldView implements ProtobufField {
  readonly number: number
  readonly wire: Wire
  readonly integer: bigint
  readonly #message: Uint8Array
  readonly #at: number
  readonly #begin: number
  readonly #end: number

  constructor(
    message: Uint8Array,
    { number, wire, integer }: Pick<ProtobufField, 'number' | 'wire' | 'integer'>,
    { at, begin, end }: { readonly at: number; readonly begin: number; readonly end: number },
  ) {
    this.number = number
    this.wire = wire
    this.integer = integer
    this.#message = message
    this.#at = at
    this.#begin = begin
    this.#end = end
  }

  get bytes(): Uint8Array {
    return this.#message.subarray(this.#begin, this.#end)
  }

  get raw(): Uint8Array {
    return this.#message.subarray(this.#at, this.#end)
  }
}

const LARGEST_NUMBER = 2 ** 29 - 1
const isWire = (wire: number): wire is Wire => Object.values<number>(WIRE).includes(wire)

function contentAt(message: Uint8Array, at: number, wire: Wire): { begin: number; end: number; integer: bigint } {
  if (wire === WIRE.fixed32) return { begin: at, end: at + 4, integer: 0n }
  if (wire === WIRE.fixed64) return { begin: at, end: at + 8, integer: 0n }
  const { value, end } = varintAt(message, at)
  if (wire === WIRE.varint) return { begin: at, end, integer: value }
  // A length is compared with what is left before it becomes a number that could round.
  if (value > BigInt(message.length - end))
    throw invalid(`${value} bytes are announced, and ${message.length - end} left`)
  return { begin: end, end: end + Number(value), integer: 0n }
}

/** An integer of up to 64 bits, 7 in each byte, the lowest first. */
function varintAt(message: Uint8Array, from: number): { readonly value: bigint; readonly end: number } {
  const known = SMALL[message[from] ?? SMALL.length]
  if (known !== undefined) return { value: known, end: from + 1 }
  let value = 0n
  for (let at = from; at < from + LONGEST_VARINT; at++) {
    const byte = message[at]
    if (byte === undefined) throw invalid('an integer is cut off')
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from))
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + 1 }
  }
  throw invalid('an integer is longer than 64 bits')
}

const LONGEST_VARINT = 10
/** Integers of one byte: most tags and lengths. */
const SMALL: readonly bigint[] = Array.from({ length: 0x80 }, (_, value) => BigInt(value))

/** Integers of a repeated field, whether each has a field of its own or all are packed into one. */
export function* integersOf({ wire, integer, bytes }: ProtobufField): Generator<bigint> {
  if (wire === WIRE.varint) yield integer
  else
    for (let at = 0; at < bytes.length; ) {
      const { value, end } = varintAt(bytes, at)
      yield value
      at = end
    }
}

/** Text of a field. @throws GymError MODEL_INVALID where it is not UTF-8. */
export function textOf({ bytes }: ProtobufField): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw invalid('a text is not UTF-8')
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const invalid = (problem: string): GymError =>
  new GymError('MODEL_INVALID', `it is truncated or no ONNX model: ${problem}`)
