/** Cells of the rows of the first table in a Markdown text whose first column has this heading. */
export function cellsUnder(page: string, heading: string): readonly (readonly string[])[] {
  const table = page.split('\n\n').find((block) => block.startsWith(`| ${heading} |`)) ?? ''
  const rows = table.split('\n').slice(2)
  return rows.filter((row) => row !== '').map((row) => row.slice(2, -2).split(' | '))
}

/** As `cellsUnder`, without backquotes and spaces around the cells. */
export const textsUnder = (page: string, heading: string): readonly (readonly string[])[] =>
  cellsUnder(page, heading).map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')))
