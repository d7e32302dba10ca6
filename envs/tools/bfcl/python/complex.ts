import { pythonFloat } from '../../../../core/cpython/repr.ts'
import { positivePower } from './float-power.ts'
import { PyObject } from './value.ts'

/** `base ** exponent` of a negative base and a fraction: a Python `complex`, by its polar form as CPython computes it. */
export function complexPower(base: number, exponent: number): PyObject {
  const length = positivePower(Math.abs(base), exponent)
  const phase = Math.PI * exponent
  return new PyObject(complexRepr(length * Math.cos(phase), length * Math.sin(phase)))
}

function complexRepr(real: number, imaginary: number): string {
  const part = shortFloat(imaginary)
  if (real === 0 && !Object.is(real, -0)) return `${part}j`
  return `(${shortFloat(real)}${part.startsWith('-') ? '' : '+'}${part}j)`
}

/** As `repr`, without the `.0` of an integral value. */
const shortFloat = (value: number): string => pythonFloat(value).replace(/\.0$/, '')
