/**
 * Metrics of several servers in the text format of Prometheus as those of one: what has the same name and labels is
 * added up, which is right for counts, times, histograms and memory, all that a server here has.
 */
export function summedMetrics(pages: readonly string[]): string {
  const lines = new Map<string, number | null>()
  for (const line of pages.flatMap((page) => page.split('\n'))) {
    if (line === '') continue
    if (line.startsWith('#')) lines.set(line, null)
    else add(lines, line)
  }
  return `${[...grouped(lines)].join('\n')}\n`
}

/** A label on every series of a page, before those that it has. */
export const labelled = (page: string, name: string, value: string): string =>
  page
    .split('\n')
    .map((line) => (line === '' || line.startsWith('#') ? line : labelledSeries(line, `${name}="${value}"`)))
    .join('\n')

/** A value is behind the last space; a name has no brace. */
function labelledSeries(line: string, label: string): string {
  const brace = line.indexOf('{')
  if (brace >= 0) return `${line.slice(0, brace + 1)}${label},${line.slice(brace + 1)}`
  const at = line.lastIndexOf(' ')
  return `${line.slice(0, at)}{${label}}${line.slice(at)}`
}

function add(lines: Map<string, number | null>, line: string): void {
  const at = line.lastIndexOf(' ')
  const series = line.slice(0, at)
  lines.set(series, (lines.get(series) ?? 0) + Number(line.slice(at + 1)))
}

/** Each family has its series below its comments, also those that only a later page had. */
function* grouped(lines: ReadonlyMap<string, number | null>): Generator<string> {
  const families = new Map<string, string[]>()
  for (const [text, value] of lines) {
    const family = familyOf(text)
    const own = families.get(family) ?? []
    own.push(value === null ? text : `${text} ${value}`)
    families.set(family, own)
  }
  for (const own of families.values()) yield* own
}

/** Name of the metric that a comment or a series is of; a histogram has three kinds of series. */
function familyOf(text: string): string {
  const [, commented] = /^# (?:HELP|TYPE) (\S+)/.exec(text) ?? []
  const [name = ''] = (commented ?? text).split(/[{ ]/)
  return name.replace(/_(bucket|sum|count)$/, '')
}
