export { wrapOpenAI } from './wrap-openai.ts'
export type { WrapOptions } from './wrap-openai.ts'
