import type { ColumnsAnswer, Strip } from '../answers.ts'

/** A strip of the whole run, unpacked: episode e has the steps `starts[e]` to `starts[e + 1] - 1`. */
export interface OpenStrip {
  readonly starts: readonly number[]
  /** Null where a step has none. */
  at(step: number): number | null
  /** The interval of the step leaves 0 out. */
  isSure(step: number): boolean
  readonly rms: number | null
}

const NULL_BYTE = -128

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

/** Unpacks a strip. */
export function openStrip({ steps }: Pick<ColumnsAnswer, 'steps'>, strip: Strip): OpenStrip {
  const bytes = new Int8Array(bytesOf(strip.bytes).buffer)
  const sure = strip.sure === null ? null : bytesOf(strip.sure)
  const starts = [0]
  for (const count of steps) starts.push((starts.at(-1) ?? 0) + count)
  return {
    starts,
    rms: strip.rms,
    at(step) {
      const byte = bytes[step] ?? NULL_BYTE
      return byte === NULL_BYTE ? null : byte * strip.scale
    },
    isSure: (step) => sure === null || sure[step] === 1,
  }
}
