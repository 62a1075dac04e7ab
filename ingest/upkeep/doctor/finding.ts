/** Fine, worth a look, or wrong. */
export type Level = 'ok' | 'warn' | 'bad'

/** What was found, and what to do about it when it is not fine. */
export type Finding = { level: Level; says: string; advice?: string }

export const fine = (says: string): Finding => ({ level: 'ok', says })
export const look = (says: string, advice: string): Finding => ({ level: 'warn', says, advice })
export const wrong = (says: string, advice: string): Finding => ({ level: 'bad', says, advice })
