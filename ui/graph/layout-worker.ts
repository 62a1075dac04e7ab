import { parentPort } from 'node:worker_threads'
import { placeGraph, type Form } from './place-graph.ts'

parentPort?.on('message', ({ key, form }: { key: string; form: Form }) => {
  parentPort?.postMessage({ key, placed: placeGraph(form) }, [])
})
