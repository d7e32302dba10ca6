import { realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { ExternalData, ModelTensor } from './onnx-model.ts'

/** Bits of one value, by the number of `TensorProto.DataType`; texts (8) have no fixed size. */
const BITS: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128 },
  ...{ 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2 },
}
const TEXT = 8

/**
 * Checks that every tensor has the values that its shape announces, in the model or in a file of its folder, before
 * anything is loaded.
 * @param folder where the model lies
 * @returns paths of the files with values, each once
 * @throws GymError MODEL_INVALID naming the tensor: values that are missing, a file outside the folder, also by a link.
 */
export function checkedTensorFiles(tensors: Iterable<ModelTensor>, folder: string): readonly string[] {
  const files = new Map<string, { readonly path: string; readonly size: number }>()
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor)
    if (tensor.external === null) expectHeld(tensor, bytes)
    else {
      const { location } = tensor.external
      const file = files.get(location) ?? fileIn(folder, location, tensor)
      files.set(location, file)
      expectPart(tensor, tensor.external, bytes, file.size)
    }
  }
  return [...new Set([...files.values()].map(({ path }) => path))]
}

/** Bytes of a tensor's values; null for texts. */
function bytesOf(tensor: ModelTensor): number | null {
  const count = tensor.dims.reduce((product, length) => product * length, 1)
  if (!Number.isSafeInteger(count)) throw invalid(tensor, `has the shape ${shown(tensor.dims)}`)
  if (tensor.type === TEXT) return null
  const bits = BITS[tensor.type]
  if (bits === undefined) throw invalid(tensor, `has values of type ${tensor.type}, which ONNX does not have`)
  return Math.ceil((count * bits) / 8)
}

function expectHeld(tensor: ModelTensor, bytes: number | null): void {
  const { raw, typed, texts } = tensor.held
  const count = tensor.dims.reduce((product, length) => product * length, 1)
  if (bytes === null) {
    if (texts !== count) throw invalid(tensor, `has ${texts} texts, not ${count}`)
  } else if (raw !== null) {
    if (raw !== bytes) throw invalid(tensor, `has ${raw} bytes of values, not ${bytes}`)
  } else if (typed * 8 < count)
    // Values one by one take a byte each at least; two complex numbers or eight small ones may share one.
    throw invalid(tensor, `has ${typed} bytes for ${count} values`)
}

function expectPart(tensor: ModelTensor, { offset, length }: ExternalData, bytes: number | null, size: number): void {
  if (bytes === null) throw invalid(tensor, 'has texts in another file, which ONNX does not have')
  if (length !== null && length !== bytes)
    throw invalid(tensor, `announces ${length} bytes in another file, not ${bytes}`)
  if (offset + bytes > size)
    throw invalid(tensor, `ends at byte ${offset + bytes} of a file of ${size} bytes: the file is truncated`)
}

function fileIn(
  folder: string,
  location: string,
  tensor: ModelTensor,
): { readonly path: string; readonly size: number } {
  const parts = location.split(/[/\\]/)
  if (location === '' || isAbsolute(location) || parts.includes('..') || location.includes('\0'))
    throw invalid(tensor, `lies in ${shown(location)}, which is not a path within the folder of the model`)
  try {
    const [root, path] = [realpathSync(folder), realpathSync(join(folder, location))]
    const { size } = statSync(path)
    if (path.startsWith(root.endsWith(sep) ? root : root + sep) && statSync(path).isFile()) return { path, size }
  } catch {
    throw invalid(tensor, `lies in ${shown(location)}, which cannot be read`)
  }
  throw invalid(tensor, `lies in ${shown(location)}, which leads out of the folder of the model`)
}

const invalid = ({ name }: ModelTensor, problem: string): GymError =>
  new GymError('MODEL_INVALID', `tensor ${shown(name)} ${problem}`)
