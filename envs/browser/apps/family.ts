import type { Rng } from '../../../core/data/rng.ts'
import type { Judge, PathStep } from '../task.ts'

/** A page made for a task, with the task. */
export interface MadeTask {
  readonly instruction: string
  readonly judge: Judge
  /** Shortest way to success. */
  readonly path: readonly PathStep[]
  /** Document for a query of its address. It holds nothing of the goal. */
  page(query: URLSearchParams): string
}

/** Makes tasks of one kind: the same for the same random numbers. */
export type Family = (rng: Rng, address: string) => MadeTask

/** A document with a script of its own; it loads nothing. */
export const documentOf = (title: string, body: string, script = ''): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title>
<style>body { font: 16px/1.5 sans-serif; margin: 24px } button, input, select { font: inherit; margin: 4px }</style></head>
<body>
<h1>${title}</h1>
${body}
<p id="result" role="status"></p>
<script>
const say = (text) => { document.getElementById('result').textContent = text }
${script}
</script>
</body>
</html>
`

/** Judge of a text that the page shows at the end. */
export const shows = (text: string): Judge => ({ element: { selector: '#result', text } })

export const click = (role: string, name: string): PathStep => ({ do: 'click', role, name })
export const type = (name: string, text: string): PathStep => ({ do: 'type', role: 'textbox', name, text })
export const select = (name: string, text: string): PathStep => ({ do: 'select', role: 'combobox', name, text })

/** Different items of a list, in random order. */
export const some = <T>(rng: Rng, items: readonly T[], count: number): readonly T[] =>
  rng.shuffle(items).slice(0, count)
