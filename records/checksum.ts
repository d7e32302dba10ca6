import { crc32 } from 'node:zlib'
import { Malformed } from './check.ts'

/** Ends the text of a line or a manifest: eight hex digits of a CRC-32, and what closes the object. */
const SUM = /^,"sum":"([0-9a-f]{8})"}$/
const SUM_BYTES = ',"sum":"00000000"}'.length

const hexOf = (sum: number): string => sum.toString(16).padStart(8, '0')

/**
 * CRC-32 of the bytes of lines, each continued from the line before: a bit that has changed, a burst of up to 32, and a
 * line that is missing, doubled or out of its place show at the line where they are. No protection from forgery.
 */
export class LineChecksums {
  #last: number

  /** @param last Checksum of the line before the first; 0 if there is none. */
  constructor(last = 0) {
    this.#last = last
  }

  /** What closes the line in place of its last brace, as it is the next one of the chain. */
  closing(unclosed: Uint8Array): Closing {
    const sum = crc32(unclosed, this.#last)
    return { text: `,"sum":"${hexOf(sum)}"}\n`, sum }
  }

  /** The line with this checksum is there: the next one continues it. */
  follow(sum: number): void {
    this.#last = sum
  }

  /** Takes the next line. @returns The line as it was before it had a checksum. @throws Malformed */
  open(line: Buffer): string {
    const [, written] = SUM.exec(line.toString('latin1', line.length - SUM_BYTES)) ?? []
    if (written === undefined) throw new Malformed('it does not end with its checksum')
    const unclosed = line.subarray(0, line.length - SUM_BYTES)
    const sum = crc32(unclosed, this.#last)
    if (hexOf(sum) !== written)
      throw new Malformed(
        `its checksum is ${written}, but its content has ${hexOf(sum)}: the line was changed, or one before it is missing`,
      )
    this.#last = sum
    return `${unclosed}}`
  }

  /** Whether bytes are the next line and one byte more, which was its end before it was changed. */
  isLineWithoutEnd(bytes: Buffer): boolean {
    // A crash may leave zeros behind a line.
    if (bytes.at(-1) === 0) return false
    try {
      new LineChecksums(this.#last).open(bytes.subarray(0, -1))
      return true
    } catch {
      return false
    }
  }
}

interface Closing {
  readonly text: string
  readonly sum: number
}

const MANIFEST_SUM = /,\n {2}"sum": "([0-9a-f]{8})"\n}\n$/

/** The text of a manifest with its checksum as its last field. */
export function withManifestSum(json: string): string {
  const unclosed = json.replace(/\n}$/, '')
  return `${unclosed},\n  "sum": "${hexOf(crc32(unclosed))}"\n}\n`
}

/**
 * The text of a manifest without its checksum. To change a manifest on purpose, remove the field.
 * @throws Malformed where the checksum is another
 */
export function withoutManifestSum(text: string): string {
  const found = MANIFEST_SUM.exec(text)
  if (!found) return text
  const unclosed = text.slice(0, found.index)
  const sum = hexOf(crc32(unclosed))
  if (sum === found[1]) return `${unclosed}\n}\n`
  throw new Malformed(
    `its checksum is ${found[1]}, but its content has ${sum} (if you changed it on purpose, remove the field "sum")`,
  )
}
