export { default } from './webshop/browser/environment.ts'
