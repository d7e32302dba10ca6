/** Where text goes: `process.stdout`, or a list in a test. */
export interface TextSink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** Characters of a line, of a terminal. */
  readonly columns?: number | undefined
}
