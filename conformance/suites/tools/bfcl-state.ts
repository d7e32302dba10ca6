import { toStorage } from '../../../envs/tools/bfcl/python/storage.ts'
import { repr, str } from '../../../envs/tools/bfcl/python/text.ts'
import { type Py, PyDict, PySet, PyTuple } from '../../../envs/tools/bfcl/python/value.ts'

/** Parts of a recorded state that say of which class an object is, and when it was written. */
const NOT_COMPARED = new Set(['__class__', '_last_modified'])

/** A state in the form of the records: keys are texts, a set is the list of its items' `repr`, an object its fields. */
export function recordedForm(value: Py): unknown {
  if (Array.isArray(value)) return value.map(recordedForm)
  if (value instanceof PyTuple) return { __tuple__: value.items.map(recordedForm) }
  if (value instanceof PySet) return { __set__: value.items().map(repr).toSorted() }
  if (!(value instanceof PyDict)) return toStorage(value)
  const fields = [...value.entries()].map(([key, item]) => [str(key), recordedForm(item)] as const)
  const kept = Object.fromEntries(fields.filter(([key]) => !NOT_COMPARED.has(key)))
  return Array.isArray(kept.__set__) ? { __set__: kept.__set__.toSorted() } : kept
}
