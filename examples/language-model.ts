/** Train a tiny language model on outcomes, and ask it which characters of an action made the difference. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  conversationTokens,
  decoderNetwork,
  initialWeights,
  openRuntime,
  openScorer,
  openTokenizer,
  openTrainer,
  preferenceMargins,
  type TokenAction,
} from 'stepgym/models'

/** A tokenizer as a Hugging Face folder has it: one token for each printable character (Ġ is a space), and two of a chat. */
const characters = ['Ġ', ...Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))]
const special = ['<|im_start|>', '<|im_end|>'].map((content, at) => ({ id: 95 + at, content, special: true }))
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
const vocab = Object.fromEntries(characters.map((character, id) => [character, id]))
const folder = mkdtempSync(join(tmpdir(), 'stepgym-'))
const model = { type: 'BPE', vocab, merges: [] }
const parts = { normalizer: null, pre_tokenizer: bytes, post_processor: null, decoder: bytes }
const file = { version: '1.0', added_tokens: special, ...parts, model }
writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(file))
const tokenizer = openTokenizer(folder)
rmSync(folder, { recursive: true })

/** Calls of a tool. Only square brackets are understood; that is all that an outcome says. */
const CALLS = ['search[shoes]', 'search(shoes)', 'find[shoes]', 'find(shoes)']

/** The tokens of a call, as the turn of an assistant in a conversation. */
function tokensOf(call: string): TokenAction {
  const [action] = conversationTokens(tokenizer, [
    { kind: 'template', text: '<|im_start|>' },
    { kind: 'content', text: 'get shoes' },
    { kind: 'template', text: '<|im_end|><|im_start|>' },
    { kind: 'action', text: call },
    { kind: 'stop', text: '<|im_end|>' },
  ])
  if (action === undefined || 'problem' in action) throw new Error(action?.problem)
  return action
}

const runtime = await openRuntime({ device: 'cpu' })
const network = decoderNetwork({ vocabulary: 97, width: 16, heads: 2, layers: 1, hidden: 32, maxLength: 48 })
const start = initialWeights(network.weights, 1)
const reference = await openScorer(runtime, network, start)

/** Log-probabilities of each call's tokens under the model as it began: what it is compared with. */
async function scoresOf(scorer: typeof reference): Promise<readonly (readonly number[])[]> {
  const scored = await scorer.score(CALLS.map(tokensOf))
  return scored.map((each) => ('logProbs' in each ? each.logProbs : []))
}
const before = await scoresOf(reference)
const trainer = await openTrainer(runtime, network, start, { beta: 0.5, learningRate: 0.01 })
const group = CALLS.map((call, at) => ({
  isSuccess: call.includes('['),
  actions: [{ ...tokensOf(call), referenceLogProbs: before[at] ?? [] }],
}))
for (let update = 0; update < 60; update++) await trainer.update(preferenceMargins([group]))

/** Reward of each token: how much likelier the trained model makes it. */
const after = await scoresOf(await trainer.scorer())
const rewards = after.map((values, at) => values.map((value, token) => 0.5 * (value - (before[at]?.[token] ?? 0))))
for (const [at, call] of CALLS.entries()) {
  const shown = [...call].map((character, token) => `${character} ${rewards[at]?.[token]?.toFixed(1)}`)
  console.log(`${call}\n  ${shown.join('  ')}`)
}
const bracket = (at: number, character: string): number => rewards[at]?.[CALLS[at]?.indexOf(character) ?? -1] ?? 0
assert.ok(bracket(0, '[') > bracket(1, '(') && bracket(2, '[') > bracket(3, '('), 'the bracket made the difference')
await runtime.close()
