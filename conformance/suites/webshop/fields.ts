import { VerifyMismatch } from '../../handler.ts'

/** An object read from a vector file, with where it stands, for messages. */
export interface VectorObject {
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** @throws VerifyMismatch where the value is not JSON object. */
export function objectAt(path: string, value: unknown): VectorObject {
  if (!isObject(value)) throw new VerifyMismatch(path, 'an object', value)
  return { path, fields: value }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws VerifyMismatch where the field is absent or no string. */
export function stringField({ path, fields }: VectorObject, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new VerifyMismatch(`${path}.${name}`, 'a string', value)
  return value
}

/** @throws VerifyMismatch where the field is absent or no number. */
export function numberField({ path, fields }: VectorObject, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new VerifyMismatch(`${path}.${name}`, 'a number', value)
  return value
}

/** @throws VerifyMismatch where the field is absent or neither true nor false. */
export function booleanField({ path, fields }: VectorObject, name: string): boolean {
  const value = fields[name]
  if (typeof value !== 'boolean') throw new VerifyMismatch(`${path}.${name}`, 'true or false', value)
  return value
}

/** @throws VerifyMismatch where the field is absent or holds anything but strings. */
export function stringsField(object: VectorObject, name: string): readonly string[] {
  const value = object.fields[name]
  const isStrings = (items: unknown): items is readonly string[] =>
    Array.isArray(items) && items.every((item) => typeof item === 'string')
  if (!isStrings(value)) throw new VerifyMismatch(`${object.path}.${name}`, 'strings', value)
  return value
}

/** @throws VerifyMismatch where the field is absent or no object. */
export const objectField = ({ path, fields }: VectorObject, name: string): VectorObject =>
  objectAt(`${path}.${name}`, fields[name])

/** @throws VerifyMismatch where the field is absent or no array of objects. */
export function objectsField({ path, fields }: VectorObject, name: string): readonly VectorObject[] {
  const value = fields[name]
  if (!Array.isArray(value)) throw new VerifyMismatch(`${path}.${name}`, 'an array', value)
  return value.map((item: unknown, index) => objectAt(`${path}.${name}[${index}]`, item))
}
