import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { cut } from '../../core/data/shown.ts'
import type { JsonObject, Trajectory } from '../../core/data/types.ts'
import { actionText } from '../judging/guards.ts'
import type { Bench, Ruling } from '../judging/judge-hook.ts'
import { defineJudgeHook, isBackward, LONGEST_REPLY, ruledTrajectories, rulings } from '../judging/judge-hook.ts'
import { type Passage, passagesOf } from '../judging/passages.ts'
import { checkedQuestion } from '../judging/questions.ts'
import { scoreShareIn, verdictIn } from '../judging/replies.ts'
import { type JudgeTool, pythonTool, searchTool, type ToolUse, toolSchemas, useTool } from '../judging/tools.ts'
import { transcriptOf } from '../judging/transcript.ts'

/** Calls of tools in one reply that are made. */
const MOST_CALLS = 8

/**
 * Score of a judge that checks with tools, 0 to 1: after tool-using judges such as Themis (Li et al., arXiv 2310.01045)
 * and GenPRM (Zhao et al., arXiv 2504.00891). `search` looks up all that was observed, in full, and texts of the folder
 * `documents`; `python` runs programs in a sandbox. At most `rounds` replies call tools; the next one must decide. The note
 * has each call with its output as `evidence`. Null, with the reason, where the judge fails or decides nothing.
 */
export default defineJudgeHook({
  name: 'judge-tools',
  summary: 'score of a language model that checks with a search and a sandbox, with its evidence',
  options: { rounds: 4, python: true, search: true, documents: '' },
  ranges: { rounds: [1, 16] },
  async prepare({ rounds, python, search, documents }) {
    const library = documentsIn(documents)
    const programs = python ? [pythonTool(await (await sandboxes()).sharedPool('auto'))] : []
    return async (group, bench) => {
      const rule = (trajectory: Trajectory): Promise<Ruling<number>> => {
        const found = search ? [searchTool([...observedIn(trajectory), ...library])] : []
        return ruled(trajectory, [...found, ...programs], rounds, bench)
      }
      return ruledTrajectories(await rulings(group, bench, () => 0, rule))
    }
  },
})

/** Loaded where programs run. Outside the hook: within it the compiler leaves the extension of the file as it is. */
const sandboxes = () => import('../../sandbox/shared-pool.ts')

async function ruled(
  trajectory: Trajectory,
  tools: readonly JudgeTool[],
  rounds: number,
  bench: Bench,
): Promise<Ruling<number>> {
  const { judge, signal, characters } = bench
  const transcript = transcriptOf(trajectory, characters, { isBackward: isBackward(bench, 0) })
  const { mark, messages: asked } = checkedQuestion(transcript)
  const [messages, evidence]: [JsonObject[], ToolUse[]] = [[...asked], []]
  for (let round = 0; ; round++) {
    const mayCall = round < rounds && tools.length > 0
    const { content, calls } = await judge.reply(
      { messages, ...(mayCall && { tools: toolSchemas(tools) }) },
      '0',
      signal,
    )
    const note = { evidence: evidence.map((use) => ({ ...use })), reply: cut(content, LONGEST_REPLY) }
    if (!mayCall || calls.length === 0) {
      const verdict = verdictIn(content, mark)
      const value = verdict && scoreShareIn(verdict)
      return value === null ? { value, why: 'no verdict could be read in the last reply', note } : { value, note }
    }
    const made = calls.slice(0, MOST_CALLS)
    messages.push({ role: 'assistant', content, tool_calls: made.map(writtenCall) })
    for (const call of made) {
      const use = await useTool(tools, call, signal)
      evidence.push(use)
      messages.push({ role: 'tool', tool_call_id: call.id, content: use.output })
    }
  }
}

const writtenCall = ({ id, name, arguments: text }: { id: string; name: string; arguments: string }): JsonObject => ({
  ...{ id, type: 'function' },
  function: { name, arguments: text },
})

/** All that a trajectory observed and did, in full. */
const observedIn = ({ steps }: Trajectory): readonly Passage[] =>
  steps.flatMap(({ observation, action, nextObservation }, at) => [
    ...(at === 0 ? passagesOf('start', observation) : []),
    ...passagesOf(`action of step ${at + 1}`, actionText(action)),
    ...passagesOf(`after step ${at + 1}`, nextObservation),
  ])

/** Texts of a folder, `.txt` and `.md`. @throws GymError CONFIG_INVALID for a folder that cannot be read */
function documentsIn(folder: string): readonly Passage[] {
  if (folder === '') return []
  try {
    const names = readdirSync(folder).filter((name) => /\.(txt|md)$/.test(name))
    return names.sort().flatMap((name) => passagesOf(name, readFileSync(join(folder, name), 'utf8')))
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `documents of judge-tools: ${folder} cannot be read: ${messageOf(thrown)}`)
  }
}
