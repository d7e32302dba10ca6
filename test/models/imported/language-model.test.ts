import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { matMul, scale } from '../../../models/graph/operations.ts'
import { ProtobufWriter } from '../../../models/graph/protobuf.ts'
import { causalModelOf } from '../../../models/imported/causal-model.ts'
import { openLanguageModel } from '../../../models/imported/language-model.ts'
import { withLogProbHead } from '../../../models/imported/log-prob-head.ts'
import { readOnnxModel } from '../../../models/imported/onnx-model.ts'
import { newNode, newTensor, newValue } from '../../../models/imported/write-onnx.ts'
import type { DecoderConfig } from '../../../models/networks/decoder.ts'
import { decoderNetwork, type TokenAction } from '../../../models/networks/token-network.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { spawned } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import {
  editedModel,
  exportedDecoder,
  fieldWith,
  folderWith,
  type LogitsOf,
  lookingAhead,
  mixedHead,
  operationsOf,
  type Placed,
  productHead,
  withExternalData,
  withHalfLogits,
  withRenamedLogits,
} from '../../support/language-model.ts'
import { plainDecoder } from '../networks/plain.ts'

const DECODER: DecoderConfig = { vocabulary: 29, width: 8, heads: 2, layers: 1, hidden: 12, maxLength: 40 }
const WEIGHTS = initialWeights(decoderNetwork(DECODER).weights, 3, 20)
const MODEL = exportedDecoder(DECODER, WEIGHTS)
const CONFIG = JSON.stringify({ vocab_size: 29, max_position_embeddings: 40 })
const rng = new Rng(keyOfSeed(4), 0)
const tokens = (count: number): readonly number[] =>
  Array.from({ length: count }, () => rng.int(0, DECODER.vocabulary - 1))
const action = (prompt: number, length: number): TokenAction => ({
  promptTokenIds: tokens(prompt),
  actionTokenIds: tokens(length),
})
const ACTIONS = [action(3, 4), action(1, 1), action(12, 9), action(2, 30), action(30, 1)]

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

/** Largest difference to the plain decoder in float64, over all tokens of the actions. */
async function differenceOf(folder: string, tokenBudget: number): Promise<number> {
  const scorer = await openLanguageModel(runtime, { folder }, { tokenBudget })
  const found = await scorer.score(ACTIONS)
  await scorer.close()
  const differences = ACTIONS.flatMap(({ promptTokenIds, actionTokenIds }, at) => {
    const expected = plainDecoder(DECODER, WEIGHTS, [...promptTokenIds, ...actionTokenIds]).slice(
      promptTokenIds.length - 1,
    )
    const scored = found[at]
    const own = scored !== undefined && 'logProbs' in scored ? scored.logProbs : []
    expect(own).toHaveLength(actionTokenIds.length)
    return expected.map((value, place) => Math.abs(value - Number(own[place])))
  })
  return Math.max(...differences)
}

describe('a language model of a file', () => {
  it.each([
    ['alone', 1],
    ['in padded batches', 200],
  ])('gives the log-probabilities of float64 within 1e-5, actions scored %s', async (_, budget) => {
    const folder = folderWith({ 'model.onnx': MODEL, 'config.json': CONFIG })
    expect(await differenceOf(folder, budget)).toBeLessThan(1e-5)
  })

  it('may lie in the folder onnx, with its weights in another file', async () => {
    const { model, data } = withExternalData(MODEL)
    const files = { 'onnx/model.onnx': model, 'onnx/model.onnx_data': data, 'config.json': CONFIG }
    expect(await differenceOf(folderWith(files), 1)).toBeLessThan(1e-5)
  })

  it('may make its logits in a way that leaves no positions out', async () => {
    const model = exportedDecoder(DECODER, WEIGHTS, mixedHead)
    expect(await differenceOf(folderWith({ 'model.onnx': model, 'config.json': CONFIG }), 200)).toBeLessThan(1e-5)
  })

  it('may have operators of version 17, whose reductions have their axes as an attribute', async () => {
    const model = editedModel(MODEL, () => null, undefined, 17)
    expect(await differenceOf(folderWith({ 'model.onnx': model, 'config.json': CONFIG }), 200)).toBeLessThan(1e-5)
  })

  it('may have logits of 16 bits', async () => {
    const files = { 'model.onnx': withHalfLogits(MODEL), 'config.json': CONFIG }
    expect(await differenceOf(folderWith(files), 200)).toBeLessThan(0.01)
  })

  it('may have a cache of keys and values, which is empty, and results that nothing needs', async () => {
    const past = newValue('past_key_values.0.key', 1, ['B', 2, 'P', 4])
    const present = newValue('present.0.key', 1, ['B', 2, 'P', 4])
    const graph = new ProtobufWriter()
    graph.message(11, past)
    graph.message(12, present)
    graph.message(1, newNode('Identity', ['past_key_values.0.key'], 'present.0.key'))
    const model = editedModel(MODEL, () => null, graph)
    expect(await differenceOf(folderWith({ 'model.onnx': model, 'config.json': CONFIG }), 1)).toBeLessThan(1e-5)
  })

  it('may add the keys of its cache, of length 0, to its own', async () => {
    // The sum over a cache of length 0 is 0: the logits stay what they were.
    const graph = new ProtobufWriter()
    graph.message(11, newValue('past_key_values.0.value', 1, ['B', 29, 'P', 1]))
    graph.message(5, typedIntegers('axes', [1, 3]))
    graph.message(1, newNode('Transpose', ['past_key_values.0.value'], 'turned', { perm: [0, 2, 3, 1] }))
    graph.message(1, newNode('ReduceSum', ['turned', 'axes'], 'nothing', { keepdims: 0 }))
    graph.message(1, newNode('ReduceSum', ['nothing'], 'zero', { keepdims: 1 }))
    graph.message(1, newNode('Add', ['own logits', 'zero'], 'logits'))
    const model = editedModel(withRenamedLogits(MODEL, 'own logits'), () => null, graph)
    expect(await differenceOf(folderWith({ 'model.onnx': model, 'config.json': CONFIG }), 200)).toBeLessThan(1e-5)
  })

  it('has a version that every file changes, whatever folder it lies in', async () => {
    const { model, data } = withExternalData(MODEL)
    const changed = Uint8Array.from(data)
    changed[5] = Number(changed[5]) ^ 1
    const versionOf = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> => {
      const scorer = await openLanguageModel(runtime, { folder: folderWith({ ...files, 'config.json': CONFIG }) })
      await scorer.close()
      return scorer.version
    }
    const versions = [
      await versionOf({ 'model.onnx': MODEL }),
      await versionOf({ 'model.onnx': model, 'model.onnx_data': data }),
      await versionOf({ 'model.onnx': model, 'model.onnx_data': changed }),
    ]
    expect(new Set(versions).size).toBe(3)
    expect(await versionOf({ 'model.onnx': model, 'model.onnx_data': data })).toBe(versions[1])
  })

  it('says of each action that it cannot read why', async () => {
    const folder = folderWith({ 'model.onnx': MODEL, 'config.json': CONFIG })
    const scorer = await openLanguageModel(runtime, { folder, maxLength: 10 })
    const found = await scorer.score([{ promptTokenIds: [1], actionTokenIds: [29] }, action(9, 3), action(2, 2)])
    expect(found.map((scored) => ('problem' in scored ? scored.problem : 'scored'))).toEqual([
      'token 29 is not in the vocabulary of 29',
      'it has 12 tokens: the model reads 11',
      'scored',
    ])
    await scorer.close()
  })
})

const typedIntegers = (name: string, values: readonly number[]): ProtobufWriter => {
  const tensor = new ProtobufWriter()
  tensor.int(1, values.length)
  tensor.int(2, 7)
  tensor.text(8, name)
  for (const value of values) tensor.int(7, value)
  return tensor
}

/** A message with one field. */
function messageWith(number: number, bytes: Uint8Array): Uint8Array {
  const message = new ProtobufWriter()
  message.bytes(number, bytes)
  return message.finish()
}

describe('a model that cannot be used', () => {
  const refused = async (files: Readonly<Record<string, Uint8Array | string>>, message: string | RegExp) => {
    const opened = openLanguageModel(runtime, { folder: folderWith(files) })
    await expect(opened).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) }),
    )
  }

  it('is missing', () => refused({ 'config.json': CONFIG }, /has no file model.onnx or onnx.model.onnx/))

  it('is named in place of its folder', async () => {
    const folder = join(folderWith({ 'model.onnx': 'x' }), 'model.onnx')
    await expect(openLanguageModel(runtime, { folder })).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('name the folder') }),
    )
  })

  it('is truncated anywhere: no prefix of it is opened', async () => {
    for (const share of [0, 0.001, 0.2, 0.5, 0.9, 0.999])
      await refused(
        { 'model.onnx': MODEL.subarray(0, Math.floor(MODEL.length * share)), 'config.json': CONFIG },
        /model.onnx: /,
      )
  })

  it('consists of random bytes: they never end the process, and are refused', async () => {
    for (let trial = 0; trial < 40; trial++) {
      const bytes = Uint8Array.from({ length: rng.int(1, 400) }, () => rng.int(0, 255))
      await refused({ 'model.onnx': bytes, 'config.json': CONFIG }, /model.onnx: /)
    }
  })

  it('looks ahead', () =>
    refused({ 'model.onnx': exportedDecoder(DECODER, WEIGHTS, lookingAhead), 'config.json': CONFIG }, /change with/))

  it('has another vocabulary than its config.json', () =>
    refused(
      { 'model.onnx': MODEL, 'config.json': JSON.stringify({ vocab_size: 30, max_position_embeddings: 40 }) },
      /its logits have 29 tokens, config.json 30/,
    ))

  it('has a config.json that is not an object', () =>
    refused({ 'model.onnx': MODEL, 'config.json': '[1]' }, /config.json is not a JSON object/))

  it('does not say how long its sequences may be', async () => {
    const opened = openLanguageModel(runtime, { folder: folderWith({ 'model.onnx': MODEL }) })
    await expect(opened).rejects.toThrow(
      /no config.json beside it says the longest sequence: copy that of the model there, or give maxLength/,
    )
  })

  it('has an input that nothing is known of', async () => {
    const more = fieldWith(11, newValue('pixel_values', 1, ['B', 3, 8, 8]))
    await refused(
      { 'model.onnx': editedModel(MODEL, () => null, more), 'config.json': CONFIG },
      /nothing is known of its input "pixel_values"/,
    )
  })

  it('has no logits', async () => {
    const more = fieldWith(12, newValue('more', 1, ['B', 'T', 29]))
    const model = editedModel(
      MODEL,
      (number) => (number === 12 ? [fieldWith(12, newValue('other', 1, ['B', 'T', 29]))] : null),
      more,
    )
    await refused({ 'model.onnx': model, 'config.json': CONFIG }, /its outputs are "other, more"/)
  })

  it('has operators that onnxruntime does not know', async () => {
    const more = fieldWith(1, newNode('StealFiles', ['input_ids'], 'logits'))
    const model = editedModel(withRenamedLogits(MODEL, 'own logits'), () => null, more)
    await refused({ 'model.onnx': model, 'config.json': CONFIG }, /onnxruntime refuses it: .*StealFiles/)
  })

  /** A model that adds a table of one row, which has none for most tokens. */
  const failing = (): Uint8Array => {
    const graph = new ProtobufWriter()
    graph.message(5, newTensor(1, [1, 29], new Uint8Array(4 * 29), 'table'))
    graph.message(1, newNode('Gather', ['table', 'input_ids'], 'row'))
    graph.message(1, newNode('Add', ['own logits', 'row'], 'logits'))
    return editedModel(withRenamedLogits(MODEL, 'own logits'), () => null, graph)
  }

  it('fails when it is run', () =>
    refused({ 'model.onnx': failing(), 'config.json': CONFIG }, /it cannot be run: .*out of data bounds/))

  it('fails when it is run by a command, which says so in one line', async () => {
    const folder = folderWith({ 'lm/model.onnx': failing(), 'lm/config.json': CONFIG })
    const hook = 'implicit-lm:phi=lm,reference=behaviour,device=cpu'
    const { code, err } = await spawned(['rollout', '--env', 'grid', '--agent', 'random', '--hook', hook], folder)
    expect(code).toBe(1)
    // onnxruntime would write a line of its own, with colours.
    expect(err).toMatch(/^stepgym: MODEL_INVALID: .*it cannot be run: .*\n$/)
  })

  it('computes what is not a log-probability', () => {
    const unsound: LogitsOf = (hidden, vocabulary) => scale(matMul(hidden, vocabulary), Number.NaN)
    return refused(
      { 'model.onnx': exportedDecoder(DECODER, WEIGHTS, unsound), 'config.json': CONFIG },
      /it cannot be run: the model computes NaN, not a log-probability/,
    )
  })

  it('has more fields than are held in memory, whichever message they are in', () => {
    const empty = new Uint8Array(2 ** 21 + 2)
    // Fields of number 1 and length 0.
    for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a
    for (const file of [empty, messageWith(7, empty), messageWith(7, messageWith(5, empty))])
      expect(() => readOnnxModel(file)).toThrow(/more than 1,048,576 fields/)
  })

  it('has a tensor of a thousand axes, which no message repeats', async () => {
    const tensor = new ProtobufWriter()
    for (let axis = 0; axis < 1000; axis++) tensor.int(1, 2 ** 40)
    tensor.int(2, 1)
    const model = editedModel(MODEL, () => null, fieldWith(5, tensor))
    await refused({ 'model.onnx': model, 'config.json': CONFIG }, /: a tensor has more than 64 axes$/)
    const shaped = new ProtobufWriter()
    for (let axis = 0; axis < 64; axis++) shaped.int(1, 2 ** 40)
    shaped.int(2, 1)
    const long = editedModel(MODEL, () => null, fieldWith(5, shaped))
    await refused({ 'model.onnx': long, 'config.json': CONFIG }, /has the shape .{1,110}…$/)
  })

  it('announces values that it does not have, before any memory is taken', async () => {
    const huge = new ProtobufWriter()
    for (const length of [2 ** 20, 2 ** 20]) huge.int(1, length)
    huge.int(2, 1)
    huge.text(8, 'huge')
    huge.bytes(9, new Uint8Array(4))
    const model = editedModel(MODEL, () => null, fieldWith(5, huge))
    await refused(
      { 'model.onnx': model, 'config.json': CONFIG },
      /tensor "huge" has 4 bytes of values, not 4398046511104/,
    )
  })
})

describe('weights in another file', () => {
  const opened = async (change: (placed: Placed) => Placed, prepare: (folder: string, data: Uint8Array) => void) => {
    const { model, data } = withExternalData(MODEL, change)
    const folder = join(newFolder(), 'model')
    mkdirSync(folder)
    writeFileSync(join(folder, 'model.onnx'), model)
    writeFileSync(join(folder, 'config.json'), CONFIG)
    prepare(folder, data)
    return openLanguageModel(runtime, { folder })
  }
  const beside = (folder: string, data: Uint8Array): void => writeFileSync(join(folder, 'model.onnx_data'), data)
  const outside = (folder: string, data: Uint8Array): void => writeFileSync(join(folder, '..', 'secret'), data)

  it.each<[string, (placed: Placed) => Placed, (folder: string, data: Uint8Array) => void, RegExp]>([
    ['a path with ..', (at) => ({ ...at, location: '../secret' }), outside, /is not a path within the folder/],
    ['an absolute path', (at) => ({ ...at, location: '/etc/passwd' }), beside, /is not a path within the folder/],
    [
      'a path with .. behind a folder',
      (at) => ({ ...at, location: 'a\\..\\..\\secret' }),
      outside,
      /is not a path within/,
    ],
    ['nothing', (at) => at, () => {}, /cannot be read/],
    [
      'a link that leads out',
      (at) => at,
      (folder, data) => {
        outside(folder, data)
        symlinkSync(join('..', 'secret'), join(folder, 'model.onnx_data'))
      },
      /leads out of the folder/,
    ],
    ['a folder', (at) => at, (folder) => mkdirSync(join(folder, 'model.onnx_data')), /leads out|cannot be read/],
    ['a truncated file', (at) => at, (folder, data) => beside(folder, data.subarray(0, -1)), /the file is truncated/],
    ['another length', (at) => ({ ...at, length: at.length - 4 }), beside, /announces \d+ bytes in another file/],
    ['an offset after the end', (at) => ({ ...at, offset: 2 ** 40 }), beside, /the file is truncated/],
  ])('are refused where they are %s', async (_, change, prepare, message) => {
    await expect(opened(change, prepare)).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('are refused in a graph within the graph as well', async () => {
    const tensor = new ProtobufWriter()
    tensor.int(1, 4)
    tensor.int(2, 1)
    const entry = new ProtobufWriter()
    entry.text(1, 'location')
    entry.text(2, '../secret')
    tensor.message(13, entry)
    tensor.int(14, 1)
    const branch = new ProtobufWriter()
    branch.message(1, newNode('Constant', [], 'x', { value: tensor }))
    const attribute = new ProtobufWriter()
    attribute.text(1, 'then_branch')
    attribute.message(6, branch)
    attribute.int(20, 5)
    const node = newNode('If', ['input_ids'], 'unused')
    node.message(5, attribute)
    const folder = folderWith({
      'model.onnx': editedModel(MODEL, () => null, fieldWith(1, node)),
      'config.json': CONFIG,
    })
    await expect(openLanguageModel(runtime, { folder })).rejects.toThrow(/is not a path within the folder/)
  })
})

describe('the head of a model', () => {
  const operationsWith = (head: LogitsOf): readonly string[] => {
    const model = readOnnxModel(exportedDecoder(DECODER, WEIGHTS, head))
    return operationsOf(withLogProbHead(model, causalModelOf(model)))
  }
  const HEAD = ['Cast', 'GatherElements', 'ReduceLogSumExp', 'Sub', 'Reshape']

  it('leaves positions before the action out before the product with the vocabulary', () => {
    expect(operationsWith(productHead).slice(-8)).toEqual(['Slice', 'MatMul', 'Identity', ...HEAD])
  })

  it('leaves them out of the logits where a logit depends on other positions', () => {
    expect(operationsWith(mixedHead).slice(-7)).toEqual(['Identity', 'Slice', ...HEAD])
  })
})
