/** A request that was refused, or could not be made. */
export interface Failure {
  readonly code: string
  readonly message: string
}
