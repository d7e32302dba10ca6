import { LLAMA_CPP } from './llama-cpp.ts'
import type { LogProbForm } from './log-prob-form.ts'
import { ECHO, VLLM } from './prompt-log-probs.ts'

/** Forms by name. */
export const FORMS = { vllm: VLLM, echo: ECHO, 'llama.cpp': LLAMA_CPP } as const satisfies Record<string, LogProbForm>

/** Name of a form. */
export type FormName = keyof typeof FORMS
