import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** A text of a record that is one of several. @throws VerifyMismatch for another */
export function oneOf<const Word extends string>(record: VectorRecord, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === record.text(name))
  if (found !== undefined) return found
  throw new VerifyMismatch(`${record.path}.${name}`, words, record.at(name))
}
