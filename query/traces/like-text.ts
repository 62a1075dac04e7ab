/** A text in a pattern of `like`: its `%`, `_` and `\` stand for themselves. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, String.raw`\$&`)

/** A pattern for `ilike` that finds a literal text anywhere. */
export const likeText = (text: string): string => `%${escapeLike(text)}%`
