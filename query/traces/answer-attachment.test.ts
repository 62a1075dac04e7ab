import { expect, test } from 'bun:test'
import { answerAttachment } from './answer-attachment.ts'

const BYTES = Buffer.from('<script>1</script>')

const answer = (name: string, content_type = 'text/html') =>
  answerAttachment({ name, content_type, offset: 0, length: BYTES.length }, BYTES)

const fileOf = (response: Response): string =>
  decodeURIComponent(
    /filename\*=UTF-8''(\S+)$/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '',
  )

test('a picture and plain text are shown, all else is saved; a page and a drawing are mere bytes', () => {
  const ways: [sent: string, type: string, kind: string][] = [
    ['image/png', 'image/png', 'inline'],
    ['image/jpg', 'image/jpeg', 'inline'],
    ['image/jpeg', 'image/jpeg', 'inline'],
    ['image/gif', 'image/gif', 'inline'],
    ['image/webp', 'image/webp', 'inline'],
    ['image/avif', 'image/avif', 'inline'],
    ['text/plain', 'text/plain; charset=utf-8', 'inline'],
    ['application/pdf', 'application/pdf', 'attachment'],
    ['application/json', 'application/json', 'attachment'],
    ['text/html', 'application/octet-stream', 'attachment'],
    ['application/xhtml+xml', 'application/octet-stream', 'attachment'],
    ['text/xml', 'application/octet-stream', 'attachment'],
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['text/javascript', 'application/octet-stream', 'attachment'],
    ['application/octet-stream', 'application/octet-stream', 'attachment'],
    ['constructor', 'application/octet-stream', 'attachment'],
  ]
  for (const [sent, type, kind] of ways) {
    const { headers } = answer('a', sent)
    expect([sent, headers.get('content-type'), headers.get('content-disposition')?.split(';')[0]]).toEqual([
      sent,
      type,
      kind,
    ])
  }
})

test('whatever it is, nothing in it runs, no other origin embeds it and no shared cache keeps it', () => {
  for (const type of ['image/png', 'text/plain', 'text/html', 'application/pdf']) {
    const { headers } = answer('a', type)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^sandbox; default-src 'none'/)
    expect(policy).not.toContain('allow-')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toStartWith('private')
  }
})

test('a name that is a path, a header or a turned text is saved as one plain name', async () => {
  const names: [sent: string, file: string][] = [
    ['report', 'report'],
    ['보고서.txt', '보고서.txt'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\autoexec.bat', 'C__autoexec.bat'],
    ['a"\r\nset-cookie: x=1\r\n\r\n<b>', 'a_set-cookie_ x=1_b_'],
    ["it's (1)*.txt", "it's (1)_.txt"],
    ['gpj.\u202Eexe.', 'gpj.exe.'],
    ['..', 'attachment'],
    [' \u0000\u200b ', 'attachment'],
    [`${'가'.repeat(149)}😀`, '가'.repeat(149) + '\uFFFD'],
  ]
  for (const [sent, file] of names) {
    const response = answer(sent)
    expect([sent, fileOf(response)]).toEqual([sent, file])
    const disposition = response.headers.get('content-disposition') ?? ''
    expect(disposition).toMatch(/^attachment; filename="[\w .-]*"; filename\*=UTF-8''[\w.!~%-]+$/)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await response.text()).toBe(BYTES.toString())
  }
})

test('a name without an ending gets the one of its type, one that has it keeps it', () => {
  expect(fileOf(answer('image', 'image/png'))).toBe('image.png')
  expect(fileOf(answer('image.jpeg', 'image/jpeg'))).toBe('image.jpeg')
  expect(fileOf(answer('invoice', 'application/pdf'))).toBe('invoice.pdf')
  expect(fileOf(answer('page', 'text/html'))).toBe('page')
})
