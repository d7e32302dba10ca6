import { parseJson } from '../core/data/json.ts'
import type { VerifyCase, VerifyHandler } from './handler.ts'
import { VectorRecord } from './vector-record.ts'

/**
 * A handler of files `{ meta, cases }`, one check a case.
 * @param others Endings that mark another family of the same beginning.
 */
export function caseFileHandler(
  name: string,
  file: string,
  check: (record: VectorRecord) => void | Promise<void>,
  others: readonly string[] = [],
): VerifyHandler {
  const not = others.map((ending) => `(?!_${ending})`).join('')
  return {
    name,
    pattern: new RegExp(String.raw`^${file}${not}([._-][\w.-]+)?\.json$`),
    cases: ({ text }) => casesOf(file, text).map(({ id, read }) => ({ id, check: () => check(read()) })),
  }
}

interface ReadCase extends Pick<VerifyCase, 'id'> {
  readonly read: () => VectorRecord
}

/** A file that cannot be read is one case, which fails. */
function casesOf(file: string, text: string): readonly ReadCase[] {
  try {
    const cases = new VectorRecord(file, parseJson(text)).only(['meta', 'cases']).list('cases')
    return cases.map((value, index) => ({
      id: `${file} ${index}${nameOf(value)}`,
      read: () => new VectorRecord(`cases[${index}]`, value),
    }))
  } catch (error) {
    const fail = (): never => {
      throw error
    }
    return [{ id: file, read: fail }]
  }
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('name' in value)) return ''
  return typeof value.name === 'string' ? ` (${value.name})` : ''
}
