/**
 * Several server processes behind one address.
 * @module
 */

export { Membership } from './membership.ts'
export { type PoolSettings, WorkerPool } from './pool.ts'
export { listenRouter, type RoutedWorker, type Router, type RouterSettings } from './router.ts'
