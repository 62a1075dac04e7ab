import { afterAll, expect, test } from 'bun:test'
import { openOutside } from '../../notify/open-outside.ts'
import { openNotify, caseOpened, SUBSCRIPTIONS } from './open-notify.ts'
import { openReceiver } from './receiver.ts'

const receiver = openReceiver()

/** Names as a test wants them to resolve; each time the next of its list, the last for ever. */
const names = new Map<string, string[]>()
const resolve = async (name: string) => {
  const [address = '', ...later] = names.get(name) ?? []
  if (later.length > 0) names.set(name, later)
  if (address === '') throw Object.assign(new Error(), { code: 'ENOTFOUND' })
  return [{ address, family: address.includes(':') ? 6 : 4 }]
}

const hub = await openNotify({ env: 'production', options: { resolve } })
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

test.each([
  ...[
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
  ],
  ...['https://１２７.0.0.1/', 'https://[::ffff:127.0.0.1]/', 'https://0/', 'https://169.254.169.254/latest'],
  ...[
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://10.1.2.3/',
  ],
  ...['https://localhost./', 'https://inside.example/', 'https://nowhere.example/'],
  ...[
    'https://user:pass@outside.example/',
    'file:///etc/passwd',
    'https://outside.example:22/',
    'gopher://a/',
  ],
  'http://outside.example/',
])('in production a subscription to %s is refused and none is made', async (url) => {
  names.set('inside.example', ['10.0.0.7'])
  names.set('localhost.', ['127.0.0.1'])
  names.set('outside.example', ['93.184.215.14'])
  const project = await hub.mint()
  const refused = await hub.send(project, 'POST', SUBSCRIPTIONS, { url, events: ['*'] })
  expect({ status: refused.status, code: refused.json['code'] }).toEqual({
    status: 422,
    code: 'url_not_allowed',
  })
  expect((await hub.send(project, 'GET', SUBSCRIPTIONS)).json).toEqual([] as never)
  // The address is never repeated: it may have been one of the network that the hub stands in.
  expect(JSON.stringify(refused.json)).not.toContain('10.0.0.7')
})

test('W-37: a name that is public when it is saved and private when it is sent to reaches nobody, and the log says so', async () => {
  const hook = receiver.hook()
  const { port, pathname } = new URL(hook.url)
  names.set('turns.example', ['93.184.215.14', '127.0.0.1'])
  const project = await hub.mint()
  await hub.subscribe(project, `https://turns.example:${port}${pathname}`)
  await hub.tell(project, caseOpened())
  expect(await hub.tried(project, 1)).toMatchObject({
    ...{ state: 'pending', last: { status: null, error: 'blocked_address' } },
  })
  expect(hook.received()).toEqual([])
})

test('an operator can let a network of its own in, and in development this machine is', async () => {
  const production = { ...hub.deps.config, outbound_allow: ['10.0.0.0/8'] }
  const allowed = openOutside({ ...hub.deps, config: production }, { resolve })
  names.set('inside.example', ['10.0.0.7'])
  expect(await allowed.checkUrl('https://inside.example/hook')).toBeUndefined()
  expect(allowed.checkUrl('https://127.0.0.1/')).rejects.toThrow('not public')
  const development = openOutside({ ...hub.deps, config: { ...hub.deps.config, env: 'development' } })
  expect(await development.checkUrl('http://127.0.0.1:4000/')).toBeUndefined()
  expect(development.checkUrl('http://169.254.169.254/')).rejects.toThrow('not public')
})
