import { hashOf } from '../../../core/data/hash.ts'
import { type RecordedTask, readDatabase, readTasks, readText } from './data-folder.ts'
import type { OpenDomain, ToolsTask } from './domain.ts'

const SPLITS = ['train', 'dev', 'test'] as const
/** The user has nothing to add to its instruction, so that it waits for what the agent does. */
const PATIENCE = 30

/**
 * tau-bench's own data, tasks and policy from a folder, judged and answered as tau-bench does. Its language model user
 * is replaced by one that says its whole instruction at once.
 * @throws GymError CONFIG_INVALID
 */
export function openRecorded(folder: string, tables: readonly string[]): OpenDomain {
  const tasksOf = (split: string): readonly ToolsTask[] =>
    readTasks(folder, split).map((task, index) => taskOf(`${split}-${index}`, task))
  const all = SPLITS.map((split) => [split, tasksOf(split)] as const).filter(([, tasks]) => tasks.length > 0)
  const splits = Object.fromEntries(all)
  const policy = readText(folder, 'wiki.md')
  return {
    database: readDatabase(folder, tables),
    policy,
    splits,
    isStrict: false,
    digest: hashOf(JSON.stringify(splits)),
  }
}

const taskOf = (id: string, { instruction, actions, outputs }: RecordedTask): ToolsTask => ({
  id,
  private: {
    persona: { opening: instruction, facts: [{ words: ['repeat', 'again'], says: instruction }], patience: PATIENCE },
    actions,
    outputs,
  },
})
