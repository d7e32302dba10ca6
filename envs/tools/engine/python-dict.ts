import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import { compareCodePoints } from '../../../core/cpython/text.ts'
import { PythonError, typeName } from './python-error.ts'
import { toPython, type Value } from './python-number.ts'

/** `json.dumps(value)` */
export const dumps = (value: object): string => pythonJsonDumps(toPython(value as Value))

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
