/** Writer of the Protocol Buffers wire format (protobuf.dev/programming-guides/encoding): fields in the order written. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** Field of an integer; negative ones as 64-bit two's complement. */
  int(field: number, value: number | bigint): void {
    this.#tag(field, WIRE_VARINT)
    this.#push(varint(value))
  }

  float32(field: number, value: number): void {
    this.#tag(field, WIRE_FIXED32)
    this.#push(new Uint8Array(Float32Array.of(value).buffer))
  }

  /** Bytes are kept, not copied, until `finish`. */
  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, WIRE_LENGTH)
    this.#push(varint(value.length))
    this.#push(value)
  }

  text(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value))
  }

  message(field: number, value: ProtobufWriter): void {
    this.#tag(field, WIRE_LENGTH)
    this.#push(varint(value.#length))
    for (const part of value.#parts) this.#push(part)
  }

  /** Field that is encoded already; kept, not copied, until `finish`. */
  encoded(field: Uint8Array): void {
    this.#push(field)
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  #tag(field: number, wire: number): void {
    this.#push(varint((field << 3) | wire))
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part)
    this.#length += part.length
  }
}

const WIRE_VARINT = 0
const WIRE_LENGTH = 2
const WIRE_FIXED32 = 5

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
