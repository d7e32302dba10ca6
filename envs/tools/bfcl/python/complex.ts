import { pythonFloat } from '../../../../core/cpython/repr.ts'
import { positivePower } from './float-power.ts'
import { fail } from './operations.ts'
import { PyObject } from './value.ts'

/** `base ** exponent` of a negative base and a fraction: a Python `complex`, by its polar form as CPython computes it. @throws PythonError where it is too large */
export function complexPower(base: number, exponent: number): PyObject {
  const length = positivePower(Math.abs(base), exponent)
  const phase = Math.PI * exponent
  const [real, imaginary] = [length * Math.cos(phase), length * Math.sin(phase)]
  if (!Number.isFinite(real) || !Number.isFinite(imaginary)) return fail('complex exponentiation')
  return new PyObject(complexRepr(real, imaginary))
}

function complexRepr(real: number, imaginary: number): string {
  const part = shortFloat(imaginary)
  if (real === 0 && !Object.is(real, -0)) return `${part}j`
  return `(${shortFloat(real)}${part.startsWith('-') ? '' : '+'}${part}j)`
}

/** As `repr`, without the `.0` of an integral value. */
const shortFloat = (value: number): string => pythonFloat(value).replace(/\.0$/, '')
