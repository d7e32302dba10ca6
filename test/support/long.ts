/** Whether this is the slow suite, which tries properties of the fast suite on all cases. */
export const IS_LONG = process.env.LONG_PROPERTIES === '1'

/** What the fast suite tries of something, or all that the slow suite tries. */
export const share = <T>(fast: T, whole: T): T => (IS_LONG ? whole : fast)
