import { GymError, messageOf } from '../core/data/errors.ts'
import { LineChecksums } from './checksum.ts'
import { type Entry, entryOf, fieldsIn } from './entries.ts'
import { Ledger } from './ledger.ts'
import type { Manifest } from './manifest.ts'

/** Reads the lines of a run one by one, in their order, as they come from somewhere else than its folder. */
export class LineReader {
  readonly #manifest: Pick<Manifest, 'checkedFrom' | 'environment'>
  readonly #ledger = new Ledger()
  readonly #checksums = new LineChecksums()

  constructor(manifest: Pick<Manifest, 'checkedFrom' | 'environment'>) {
    this.#manifest = manifest
  }

  /**
   * @param text of the line, without its line feed
   * @returns null for the line that ends a segment
   * @throws GymError RECORD_CORRUPT
   */
  read(text: string, segment: number): Entry | null {
    const { checkedFrom, environment } = this.#manifest
    const isChecked = checkedFrom !== null && segment >= checkedFrom
    try {
      const fields = fieldsIn({ bytes: Buffer.from(text) }, { isChecked }, this.#checksums)
      return fields.type === 'continued' ? null : entryOf(fields, environment.id, this.#ledger)
    } catch (thrown) {
      const problem = `a line of segment ${segment} cannot be read: ${messageOf(thrown)}`
      throw new GymError('RECORD_CORRUPT', `${problem}; take the record from the disk of its node`, { cause: thrown })
    }
  }
}
