import { RandomState } from '../../../core/cpython/numpy-random.ts'
import { PythonRandom } from '../../../core/cpython/random.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { objectAt, type VectorObject } from './fields.ts'

export const pythonRngHandler: VerifyHandler = {
  name: 'Python and numpy generators',
  pattern: /^python_rng[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(withExactSeeds(text)))
      yield { id: `record ${index}`, check: () => checkSeed(objectAt(`[${index}]`, read())) }
  },
}

/** Seeds as strings: JSON numbers above 2^53 would lose digits. */
const withExactSeeds = (text: string): string => text.replace(/("seed"\s*:\s*)(-?\d+)(?=\s*[,}])/g, '$1"$2"')

function checkSeed(record: VectorObject): void {
  const seed = seedOf(record)
  const drawn = { ...pythonDraws(seed), ...(seed >= 0n && seed < 2n ** 32n && numpyDraws(Number(seed))) }
  expectOnlyFields(record.path, record.fields, ['seed', ...Object.keys(drawn)])
  for (const [name, got] of Object.entries(drawn)) expectEqual(`${record.path}.${name}`, record.fields[name], got)
}

function seedOf({ path, fields }: VectorObject): bigint {
  if (typeof fields.seed === 'string' && /^-?\d+$/.test(fields.seed)) return BigInt(fields.seed)
  throw new VerifyMismatch(`${path}.seed`, 'an integer', fields.seed)
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const HEAD = 20

function pythonDraws(seed: bigint): Readonly<Record<string, unknown>> {
  const fresh = (): PythonRandom => new PythonRandom(seed)
  return {
    random: times(5, fresh(), (random) => random.random()),
    getrandbits32: times(4, fresh(), (random) => random.getrandbits(32)),
    shuffle50: shuffled(50, fresh()),
    shuffle6910_head: shuffled(6910, fresh()).slice(0, HEAD),
    sample4_2: times(6, fresh(), (random) => random.sample([10, 20, 30, 40], 2)),
    sample1000_50: fresh().sample(range(0, 1000), 50).slice(0, HEAD),
    uniform: times(4, fresh(), (random) => random.uniform(1.5, 99.25)),
    choices10: fresh().choices(LETTERS, 10).join(''),
    choice: times(6, fresh(), (random) => random.choice(range(0, 17))),
    randint_0_115: times(6, fresh(), (random) => random.randint(0, 115)),
  }
}

function numpyDraws(seed: number): Readonly<Record<string, unknown>> {
  const state = new RandomState(seed)
  return {
    np_choice_500_16: state.choiceWithoutReplacement(range(0, 500), 16),
    np_choice_again: state.choiceWithoutReplacement(range(500, 6910), 16),
  }
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i)

const times = <T>(count: number, random: PythonRandom, draw: (random: PythonRandom) => T): T[] =>
  Array.from({ length: count }, () => draw(random))

function shuffled(length: number, random: PythonRandom): number[] {
  const items = range(0, length)
  random.shuffle(items)
  return items
}
