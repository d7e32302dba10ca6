export interface Column {
  readonly heading: string
  /** @default 'left' */
  readonly align?: 'left' | 'right'
}

/** Lines of a table, the headings first; columns are two spaces apart and as wide as what they hold. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const headings = columns.map(({ heading }) => heading)
  const all = [headings, ...rows]
  const widths = columns.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)))
  return all.map((cells) =>
    columns
      .map(({ align }, column) => padded(cells[column] ?? '', widths[column] ?? 0, align))
      .join('  ')
      .trimEnd(),
  )
}

const padded = (cell: string, width: number, align: Column['align']): string =>
  align === 'right' ? cell.padStart(width) : cell.padEnd(width)
