import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import { compareCodePoints } from '../../../core/cpython/text.ts'
import { PythonError, typeName } from './python-error.ts'
import { isList, isNumeric, itemsOf, toPython, type Value } from './python-number.ts'

/** `json.dumps(value)` */
export const dumps = (value: object): string => jsonText(value as Value)

/** Written directly from the value: of a step that looks something up, this is the largest part. */
function jsonText(value: Value): string {
  if (typeof value === 'string') return NOT_PLAIN.test(value) ? pythonJsonDumps(value) : `"${value}"`
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `${value}`
  if (typeof value !== 'object' || value === null || isNumeric(value)) return pythonJsonDumps(toPython(value))
  if (isList(value)) return `[${value.map(jsonText).join(', ')}]`
  return `{${itemsOf(value)
    .map(([key, item]) => `${jsonText(key)}: ${jsonText(item)}`)
    .join(', ')}}`
}

/** What JSON escapes in text. */
const NOT_PLAIN = /["\\]|[^ -~]/

/** `sorted(values)` of a list of texts. @throws PythonError for mixed types, as Python's comparison does */
export function sortedTexts(values: readonly Value[]): readonly string[] {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length === values.length) return texts.toSorted(compareCodePoints)
  const stranger = values.find((value) => typeof value !== 'string') ?? null
  throw new PythonError(`'<' not supported between instances of '${typeName(stranger)}' and 'str'`)
}

/** `values.count(value)` for lists of texts and other scalars. */
export const countOf = (values: readonly Value[], value: Value): number =>
  values.filter((each) => each === value).length

/** `str(value)` */
export const pythonText = (value: Value): string => (typeof value === 'string' ? value : pythonRepr(toPython(value)))
