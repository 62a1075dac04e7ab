function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** The hash of a definition: the same for YAML and JSON, and whatever the order of its fields. */
export const hashDefinition = (definition: unknown): string =>
  `sha256:${new Bun.CryptoHasher('sha256').update(canonical(definition)).digest('hex')}`
