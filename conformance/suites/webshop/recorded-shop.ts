import type { Shop } from '../../../envs/webshop/shop.ts'
import { VerifyMismatch } from '../../handler.ts'
import { numberField, objectField, type VectorObject } from './fields.ts'
import { goalKind } from './goals.ts'
import { DEFAULT_SEED_BEFORE_LOAD, ownShop, type ReferenceShops } from './reference-shop.ts'

const OWN_CATALOGUE = ['products', 'items_ins', 'human_ins']

/** Fields of a row that say which shop it was recorded in, apart from its kind of goals. */
export const catalogueFields = ({ fields }: VectorObject): readonly string[] =>
  'products' in fields ? [...OWN_CATALOGUE, 'seed_before_load'] : ['seed_before_load']

/**
 * The shop that a row was recorded in: over its own catalogue where it brings one, else over the shared one.
 * @throws VerifyMismatch where what it says of the shop cannot be read.
 */
export function recordedShop(record: VectorObject, shops: ReferenceShops): Shop {
  const { products } = record.fields
  const construction = { kind: goalKind(record), seedBeforeLoad: seedBeforeLoad(record) }
  if (products === undefined) return shops.shop(construction)
  if (!Array.isArray(products)) throw new VerifyMismatch(`${record.path}.products`, 'a list', products)
  const [ins, humanIns] = [objectField(record, 'items_ins').fields, objectField(record, 'human_ins').fields]
  return ownShop({ products, ins, humanIns }, construction)
}

const seedBeforeLoad = (record: VectorObject): number =>
  'seed_before_load' in record.fields ? numberField(record, 'seed_before_load') : DEFAULT_SEED_BEFORE_LOAD
