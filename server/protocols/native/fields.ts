/** A frame as it is sent: text, or its UTF-8. */
export type Encoded = string | Buffer

/**
 * Writes a frame whole.
 * @param head of it: type, id and seq as JSON, its brace still open
 */
export type WriteFields = (head: string) => Buffer

/** The fields of a reply beside type, id and seq: JSON without its braces, or what writes them. */
export type Fields = string | WriteFields
