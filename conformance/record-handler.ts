import { recordsOf, type VerifyHandler } from './handler.ts'
import { VectorRecord } from './vector-record.ts'

/**
 * A handler of files with a record a line, or an array of records.
 * @param file beginning of their names; `_` and more may follow.
 */
export function recordHandler(
  name: string,
  file: string,
  check: (record: VectorRecord) => void | Promise<void>,
): VerifyHandler {
  return {
    name,
    pattern: new RegExp(String.raw`^${file}(_[\w-]*)?\.jsonl?$`),
    *cases({ text }) {
      for (const { index, read } of recordsOf(text))
        yield { id: `${file} ${index}`, check: () => check(new VectorRecord(`[${index}]`, read())) }
    },
  }
}
