/** Types that a value may have for the checker of policies; `dyn` is whatever the caller sends. */
export type CatalogueType = 'bool' | 'int' | 'double' | 'string' | 'list' | 'list<string>' | 'map' | 'dyn'

/**
 * One value that a rule may read. `name` is the whole path as a rule writes it (`signals.pii.count`);
 * `min` and `max` are what the value can be at most, both included.
 */
export type CatalogueEntry = {
  readonly name: string
  readonly type: CatalogueType
  readonly min?: number
  readonly max?: number
  readonly description: string
}

export type Catalogue = readonly CatalogueEntry[]
