import { readEvidence } from '../../core/data/evidence.ts'
import { parseJson } from '../../core/data/json.ts'
import { plainCopy } from '../../core/data/plain.ts'
import type { Reward, Step } from '../../core/data/types.ts'
import { LineChecksums } from '../../records/checksum.ts'
import { decodeStep, encodeStep, type Standing } from '../../records/step-line.ts'
import { limitsFor, limitsOf } from '../../server/limits.ts'
import { parseWire } from '../../server/transport/json.ts'
import { type BenchEntry, printRates, quantile, rates, rounded } from '../measure.ts'

/*
 * What safety costs a step: reading its frame within limits, copying and checking evidence and what a hook returns, and
 * a line of the record that is read back and has a checksum, each beside what it would cost without; and how long the
 * worst frames take that are within their limits.
 */
const limits = limitsOf()
const FRAME = JSON.stringify({
  ...{ type: 'step', id: 12, episode: '0123456789abcdef01234567-3', index: 4, action: 'click[buy now]', ack: 11 },
  evidence: { kind: 'token', actionTokenIds: Array.from({ length: 40 }, (_, at) => 1000 + at) },
})
const EVIDENCE = {
  ...{ kind: 'token', policyId: 'policy', policyVersion: '1', tokenizerId: 'tokens', temperature: 1, topP: 1 },
  promptTokenIds: Array.from({ length: 500 }, (_, at) => at),
  actionTokenIds: Array.from({ length: 20 }, (_, at) => at),
  ...{ logProbs: Array.from({ length: 20 }, () => -1.5), finishReason: 'stop' },
}
const RETURNED = { value: 1, perToken: Array.from({ length: 20 }, () => 0.5) }
const reward: Reward = { name: 'env', version: 1, latencyMs: 0, value: 0 }
const page = 'a page of the shop '.repeat(100)
const STEP: Step = {
  ...{ trajectoryId: '0123456789abcdef01234567-3', index: 4, observation: page, anchors: { text: page } },
  ...{ action: 'click[buy now]', forkPath: '', effects: [], isActionValid: true },
  ...{ nextObservation: `${page}.`, nextAnchors: { text: `${page}.` }, rewards: [reward, { ...reward, name: 'hook' }] },
  ...{ terminated: false, truncated: false, info: {} },
}
const FROM: Standing = { forkPath: '', nextIndex: 4, observation: page, anchors: STEP.anchors, context: [] }
const TEXT = JSON.stringify(encodeStep(STEP, FROM))
const checksums = new LineChecksums()

const entry = (name: string, count: number, act: () => unknown): BenchEntry => ({
  name,
  count,
  run(times) {
    for (let done = 0; done < times; done++) act()
  },
})

printRates(
  'a frame of a step with 40 tokens',
  'frames',
  await rates([
    entry('JSON.parse', 20_000, () => JSON.parse(FRAME)),
    entry('within its limits', 20_000, () => parseWire(FRAME, limits)),
  ]),
)
printRates(
  'evidence of 540 tokens',
  'copies',
  await rates([
    entry('structuredClone, unchecked', 1000, () => structuredClone(EVIDENCE)),
    entry('copied and checked', 1000, () => readEvidence(EVIDENCE)),
  ]),
)
printRates(
  'what a hook returns',
  'copies',
  await rates([
    entry('structuredClone, unchecked', 20_000, () => structuredClone(RETURNED)),
    entry('copied and checked', 20_000, () =>
      plainCopy(RETURNED, { name: 'it', code: 'HOOK_INVALID', hasMinusZero: true }),
    ),
  ]),
)
printRates(
  'the line of a step with a page of 2 KB',
  'lines',
  await rates([
    entry('written', 5000, () => JSON.stringify(encodeStep(STEP, FROM))),
    entry('and with a checksum', 5000, () => checksums.closing(Buffer.from(JSON.stringify(encodeStep(STEP, FROM))))),
    entry('and read back', 5000, () => {
      const text = JSON.stringify(encodeStep(STEP, FROM))
      checksums.closing(Buffer.from(text))
      decodeStep(parseJson(text) as Parameters<typeof decodeStep>[0], FROM)
    }),
  ]),
)
console.log(`a line has ${TEXT.length} characters`)

/** As many items as the limits let a frame have, of `members` and `fields` each. */
function widest(
  role: 'agent' | 'trainer',
  [open, close]: readonly [string, string],
  item: (at: number) => string,
  { members = 1, fields = 0 } = {},
): string {
  const { frameBytesIn, frameMembers, frameFields } = limitsFor(role, limits)
  const parts: string[] = []
  let length = open.length + close.length
  for (let at = 0; at < Math.min(frameMembers / members, frameFields / fields) - 2; at++) {
    const part = `${at > 0 ? ',' : ''}${item(at)}`
    length += part.length
    if (length > frameBytesIn) break
    parts.push(part)
  }
  return open + parts.join('') + close
}

const LIST = ['[', ']'] as const
const OBJECT = ['{', '}'] as const

const WORST: Readonly<Record<string, (role: 'agent' | 'trainer') => string>> = {
  numbers: (role) => widest(role, LIST, () => '1.5e10'),
  'texts of their own': (role) => widest(role, LIST, (at) => `"${at.toString(36)}"`),
  'texts of escapes of their own': (role) => widest(role, LIST, (at) => `"\\n${at.toString(36)}"`),
  'lists of one number': (role) => widest(role, LIST, (at) => `[${at % 10}]`, { members: 2 }),
  'fields of names of their own': (role) => widest(role, OBJECT, (at) => `"k${at}":1`, { fields: 1 }),
  'objects with a name of their own': (role) => widest(role, LIST, (at) => `{"${at}x":1}`, { members: 2, fields: 1 }),
  'and the rest lists of one number': (role) =>
    widest(role, LIST, (at) => (at % 3 === 0 ? `{"${at}x":1}` : `[${at % 10}]`), { members: 2, fields: 1 / 3 }),
  'fields with escapes': (role) => widest(role, OBJECT, (at) => `"\\n${at}":1`, { fields: 1 }),
  'fields of numbers, and a long integer': (role) =>
    widest(role, ['{"x":12345678901234567890,', '}'], (at) => `"${(at * 7919) % 4294967}":1`, { fields: 1 }),
  'integers of 1,000 digits': (role) => widest(role, LIST, () => '9'.repeat(1000)),
  'a text of escapes': (role) => `"${'\\"'.repeat(limitsFor(role, limits).frameBytesIn / 2 - 2)}"`,
}

/** Milliseconds of this process's processors, the collection of garbage included: others do not count. */
function cpuMs(act: () => unknown): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

console.log('\nthe largest frames within their limits: CPU milliseconds to read one, median of 7')
console.table(
  Object.fromEntries(
    Object.entries(WORST).map(([name, textFor]) => [
      name,
      Object.fromEntries(
        (['agent', 'trainer'] as const).map((role) => {
          const text = textFor(role)
          const taken = Array.from({ length: 7 }, () => cpuMs(() => parseWire(text, limitsFor(role, limits))))
          return [role, rounded(quantile(taken, 0.5))]
        }),
      ),
    ]),
  ),
)
