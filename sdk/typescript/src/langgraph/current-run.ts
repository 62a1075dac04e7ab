import { at } from './read-model.ts'

// Where LangChain.js keeps what it knows of the running code, so that a run called in a node finds its parent.
const STORAGE = Symbol.for('ls:tracing_async_local_storage')
const CONFIG = Symbol.for('lc:child_config')

const call = (on: unknown, name: string): unknown => {
  const method = at(on, name)
  return typeof method === 'function' ? Reflect.apply(method, on, []) : undefined
}

/** The run of LangChain.js around the running code, by what it keeps for itself; undefined outside of any, or where it keeps nothing. */
export function currentRunId(): string | undefined {
  const callbacks = at(call(at(globalThis, STORAGE), 'getStore'), 'extra', CONFIG, 'callbacks')
  const id = call(callbacks, 'getParentRunId')
  return typeof id === 'string' ? id : undefined
}
