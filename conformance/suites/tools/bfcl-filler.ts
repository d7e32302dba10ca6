import { join } from 'node:path'
import {
  type Filler,
  type FillerField,
  type FillerType,
  fillerOf,
  valueDigest,
} from '../../../envs/tools/bfcl/long-context/index.ts'
import { ownFiller } from '../../../envs/tools/bfcl/long-context/own.ts'
import { referenceFiller } from '../../../envs/tools/bfcl/long-context/reference-file.ts'
import { parseLiteral } from '../../../envs/tools/bfcl/python/call-text.ts'
import { fromStorage } from '../../../envs/tools/bfcl/python/storage.ts'
import { str } from '../../../envs/tools/bfcl/python/text.ts'
import { type Py, PyDict } from '../../../envs/tools/bfcl/python/value.ts'
import { readPythonJson, type Value } from '../../../envs/tools/engine/python-number.ts'

/** What identifies a value of the reference: its type, its length in items or UTF-16 code units, and its SHA-256. */
type Fingerprint = readonly [field: FillerField, type: FillerType, length: number, sha256: string]

/** The values of `long_context.py` of bfcl-eval 2026.3.23. */
const REFERENCE: readonly Fingerprint[] = [
  ['fileText', 'str', 3251, '70bf69488345cccfc7e594d8307d0007e4eda9343c939f237ee8cd3df9e68545'],
  ['fileNames', 'list', 30, 'cd8b2b3de9fbd49acadffe05a9e6e6793a6dab2590c31dfe4e5c7c34f4388ee4'],
  ['watchList', 'list', 1001, '817d91574e451091eab80a30d44b1a682b8837bfaea3bc731e5b4ec9a431b515'],
  ['transactions', 'list', 1000, '533ba1b7ce2720e0a81dffa60d30390123bc4d3c27e6b47ae1f91f915c63435b'],
  ['shortAverages', 'list', 2000, '1ddd041fea24006c2cfaecaa23bb241863720dd11c64edfb47c7e7c85bebf688'],
  ['longAverages', 'list', 2000, 'f3d83afb384f930fc05b3ea43eade00744855850ec202f09ac7069025170ceb2'],
  ['technology', 'list', 1000, 'de5b01cad5b7791b2049ab8b90ae9485927552886c8a18e00d45ae039ed3e56a'],
  ['automobile', 'list', 1000, '28fccc62e75ab4f51c16b8ef12c2e1a84616896b22ced65f486991da679fbec4'],
  ['orderDetails', 'dict', 8, 'cafc166be71e0b49726effb02c060ef2d963a075ebde70be35d9bad4a919013f'],
  ['carStatus', 'str', 6503, 'e2d77c62fea2f654687451dcd7a3390ed56ebd1e65fd202ddfdb7ce7567549be'],
  ['weather', 'dict', 15, '91476f3ad11145d9a2b768d7367d51d0d5e28b801e40217e60a295864ff6fe1f'],
  ['parkingBrake', 'str', 9710, '7c675129152f19ed31e28d16421ad189c7dce1f2ada79a3abc7f6c3645cfdf3a'],
  ['cities', 'list', 826, '423f15dde185ec31a1c5da9f4e466a2ec97828d3215834bc0c9331953298f145'],
  ['creditCards', 'dict', 22, 'e34a926dbb97bb7c0c0a83f65ed2be3c300cb1ea8ca05fc9b510da6ee01484b5'],
  ['bookings', 'dict', 16, '8aeeb10ad3c584423aa0ffb0c8b21cccb507d56e0ec2b11c79ddf15e0af3208c'],
]

/** Most items that a recorded list or table has beside the filler. */
const MOST_BESIDE = 60

/**
 * Filler of the reference, with which long-context entries can be compared to the character. It is read from
 * `bfcl_multi_turn/long_context.py` of the data folder where that is. Else it is learned from the recorded results
 * themselves: a part of a result that has the length and the SHA-256 of one of the reference's values is that value.
 * Every record must then agree with it, and a result that depends on a value that no record shows in full fails.
 * @param results all recorded results
 */
export function recordedFiller(dataFolder: string, results: Iterable<string>): Filler {
  return referenceFiller(join(dataFolder, 'bfcl_multi_turn')) ?? learnedFiller(results)
}

function learnedFiller(results: Iterable<string>): Filler {
  const learner = new Learner()
  for (const result of results) learner.read(parsed(result))
  const own = ownFiller()
  return fillerOf(
    (field) => learner.learned.get(field) ?? own[field],
    (field, type) => {
      throw new Error(`the reference's ${field} is not a ${type}`)
    },
  )
}

/** A result that is neither JSON nor a literal shows no filler in full. */
function parsed(result: string): Py {
  try {
    return fromStorage(readPythonJson(result) as Value)
  } catch {
    return parseLiteral(result)
  }
}

class Learner {
  readonly learned = new Map<FillerField, Py>()

  read(value: Py): void {
    if (typeof value === 'string') this.#compare('str', value.length, (from) => value.slice(from))
    else if (Array.isArray(value)) this.#readList(value)
    else if (value instanceof PyDict) this.#readDict(value)
  }

  #readList(items: Py[]): void {
    this.#compare('list', items.length, (from, length) => items.slice(from, from + length))
    for (const item of items) this.read(item)
  }

  #readDict(table: PyDict): void {
    const entries = [...table.entries()]
    this.#compare('dict', entries.length, (from, length) => new PyDict(entries.slice(from, from + length)))
    this.#compareDetails(table)
    for (const [, item] of entries) this.read(item)
  }

  /** Details of an order name its stock where the reference's texts have `{symbol}`. */
  #compareDetails(order: PyDict): void {
    const [symbol, details] = [order.get('symbol'), order.get('metadata')]
    if (typeof symbol !== 'string' || !(details instanceof PyDict)) return
    const texts = [...details.entries()].map(
      ([topic, text]) => [topic, str(text).replaceAll(symbol, '{symbol}')] as const,
    )
    this.#compare('dict', texts.length, () => new PyDict(texts))
  }

  /** Texts end with the filler; in lists and tables, things of one's own may come before and after it. */
  #compare(type: FillerType, size: number, part: (from: number, length: number) => Py): void {
    for (const [field, kind, length, sha256] of REFERENCE) {
      const beside = size - length
      if (kind !== type || this.learned.has(field) || beside < 0) continue
      if (type !== 'str' && beside > MOST_BESIDE) continue
      for (let from = type === 'str' ? beside : 0; from <= beside; from++) {
        const value = part(from, length)
        if (valueDigest(value) === sha256) this.learned.set(field, value)
      }
    }
  }
}
