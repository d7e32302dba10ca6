import fc from 'fast-check'

const BITS = ['{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '1', '-', ' ', '\n', 'nul']

/** Texts of up to 8 bits of JSON in any order: most are not JSON. @param more bits beside the usual ones */
export const almostJson = (...more: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...BITS, ...more), { maxLength: 8 }).map((parts) => parts.join(''))
