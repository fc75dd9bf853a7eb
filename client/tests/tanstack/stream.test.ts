import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sharedStream } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { envelope, FakeServer, of, read, wrote } from '../support/fake-server.ts'
import { FakeStream } from '../support/fake-stream.ts'

// Timers alone: what is ready runs by itself, and time passes when told.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function streaming(more = {}) {
  const stream = new FakeStream()
  const server = new FakeServer()
  const t = { ...tab({ stream: sharedStream('/stream'), ...more }, server, stream.before(server.fetch)), stream }
  t.freshet.start()
  return t
}

/** A tab that shows queries and hears the stream. */
async function open(t = streaming(), epoch = 'E1') {
  await t.shown('/a', 'high', 'a', of(epoch, read(5, 5, 'a')))
  const connection = await t.stream.connected()
  connection.hello(`5.${epoch}`)
  await quiet()
  return { t, connection }
}

describe('the stream begins where the first answer stands', () => {
  test('not before there is one, and at the position up to which it is known valid', async () => {
    const t = streaming()
    await quiet()
    expect(t.stream.log).toEqual([])
    await t.shown('/a', 'high', 'a', read(3, 7, 'a'))
    expect((await t.stream.connected()).after).toBe('7.E1')
  })

  test('what happened between the read and the connection is told, and followed', async () => {
    const t = streaming()
    await t.shown('/a', 'high', 'old', read(5, 5, 'a'))
    const connection = await t.stream.connected()
    connection.hello('5.E1', { position: 6 })
    connection.freshness(6, ['a'])
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })

  test('an answer of a node that lags takes it back: what happened in between is told again, and nothing is read twice', async () => {
    const { t, connection } = await open()
    connection.freshness(6, ['b'])
    await quiet()
    await t.shown('/b', 'high', 'old b', read(3, 3, 'c'))
    const second = await t.stream.connected()
    expect([second.after, connection.aborted()]).toEqual(['3.E1', true])
    second.hello('3.E1', { position: 6 })
    second.freshness(4, ['c'])
    ;(await t.server.asked('/b')).answer('b', read(6, 6, 'c'))
    await t.idle('/b')
    second.freshness(6, ['b'])
    await quiet()
    expect(t.server.count('GET /b')).toBe(2)
    expect(t.server.count('GET /a')).toBe(1)
  })

  test('an answer that is outdated anyway does not: it is read again', async () => {
    const { t, connection } = await open()
    connection.freshness(6, ['b'])
    await quiet()
    t.show(t.query('/b'))
    ;(await t.server.asked('/b')).answer('old b', read(3, 3, 'b'))
    ;(await t.server.asked('/b')).answer('b', read(6, 6, 'b'))
    await t.idle('/b')
    expect(t.stream.log).toEqual(['5.E1'])
  })
})

describe('by level', () => {
  test('high is read at once, medium is gathered, low is marked', async () => {
    const { t, connection } = await open()
    await t.shown('/m', 'medium', 'm', read(5, 5, 'a'))
    await t.shown('/n', 'medium', 'n', read(5, 5, 'n'))
    await t.shown('/l', 'low', 'l', read(5, 5, 'a'))
    connection.freshness(6, ['a'])
    ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    await vi.advanceTimersByTimeAsync(40)
    connection.freshness(7, ['a', 'n'])
    ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a'))
    await quiet()
    expect([t.server.count('GET /m'), t.server.count('GET /n')]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(35) // 75 ms after its first: 50, and a half of 50 at random
    ;(await t.server.asked('/m')).answer('m2', read(7, 7, 'a'))
    await quiet()
    expect(t.server.count('GET /n')).toBe(1)
    await vi.advanceTimersByTimeAsync(40)
    ;(await t.server.asked('/n')).answer('n2', read(7, 7, 'n'))
    await vi.advanceTimersByTimeAsync(1_000)
    await quiet()
    expect([t.server.count('GET /m'), t.server.count('GET /n')]).toEqual([2, 2])
    expect([t.data('/a'), t.data('/m'), t.data('/n')]).toEqual(['a3', 'm2', 'n2'])
    expect([t.server.count('GET /l'), t.isStale('/l')]).toEqual([1, true])
  })

  test('medium is read once in its time, however many records come', async () => {
    const { t, connection } = await open()
    await t.shown('/m', 'medium', 'm', read(5, 5, 'm'))
    const record = async (position: number, milliseconds: number) => {
      connection.freshness(position, ['m'])
      await quiet()
      await vi.advanceTimersByTimeAsync(milliseconds)
      await quiet()
    }
    await record(6, 40)
    await record(7, 35)
    ;(await t.server.asked('/m')).answer('m7', read(7, 7, 'm'))
    await t.idle('/m')
    await vi.advanceTimersByTimeAsync(5)
    await record(8, 74) // 154 after the first
    expect(t.server.count('GET /m')).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    ;(await t.server.asked('/m')).answer('m8', read(8, 8, 'm'))
    await t.idle('/m')
    expect(t.data('/m')).toBe('m8')
  })

  test('a value marked stale may be served once more: it is read again after a pause, in the same fetch', async () => {
    const { t, connection } = await open()
    await t.shown('/m', 'medium', 'm', read(5, 5, 'm'))
    connection.freshness(6, [], { stale: ['m'] })
    await vi.advanceTimersByTimeAsync(100)
    ;(await t.server.asked('/m')).answer('m', read(5, 5, 'm'))
    ;(await t.server.asked('/m')).answer('m', read(5, 5, 'm'))
    await vi.advanceTimersByTimeAsync(100)
    ;(await t.server.asked('/m')).answer('m2', read(6, 6, 'm'))
    await t.idle('/m')
    expect([t.data('/m'), t.isStale('/m')]).toEqual(['m2', false])
  })

  test('records that come faster than answers call no read off: it is read again in the same fetch, then shown, and once more in a moment', async () => {
    const { t, connection } = await open()
    connection.freshness(6, ['a'])
    for (let position = 7; position <= 10; position++) {
      const asked = await t.server.asked('/a')
      connection.freshness(position, ['a'])
      await quiet()
      asked.answer(`a${position - 1}`, read(position - 1, position - 1, 'a'))
      await quiet()
    }
    expect([t.data('/a'), t.freshet.answerOf(['/a'])?.outdated, t.server.count('GET /a')]).toEqual(['a9', true, 5])
    await vi.advanceTimersByTimeAsync(150)
    ;(await t.server.asked('/a')).answer('a10', read(10, 10, 'a'))
    await t.idle('/a')
    expect([t.data('/a'), t.freshet.answerOf(['/a'])?.outdated]).toEqual(['a10', false])
  })

  test('nothing is read while the page is hidden, and what was missed is caught up once it is looked at', async () => {
    const document = { hidden: true }
    const listeners = new EventTarget()
    vi.stubGlobal('document', document)
    vi.stubGlobal('addEventListener', listeners.addEventListener.bind(listeners))
    try {
      const { t, connection } = await open()
      connection.freshness(6, ['a'])
      connection.freshness(7, ['a'])
      await quiet()
      expect(t.server.count('GET /a')).toBe(1)
      document.hidden = false
      listeners.dispatchEvent(new Event('visibilitychange')) // where the document's bubbles to
      ;(await t.server.asked('/a')).answer('a2', read(7, 7, 'a'))
      await t.idle('/a')
      expect(t.server.count('GET /a')).toBe(2)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe('nothing doubled', () => {
  test('the record of this tab\'s own mutation leads to no second read, and is told as a record', async () => {
    const { t, connection } = await open()
    const records: number[] = []
    t.freshet.observe({ record: ({ position }) => void records.push(position) })
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    await t.idle('/a')
    connection.freshness(6, ['a'], { events: [{ type: 'invoice.paid' }] })
    await quiet()
    expect(t.server.count('GET /a')).toBe(2)
    expect(new Set(t.reports.map(({ id }) => id)).size).toBe(1)
    expect(records).toEqual([6])
  })

  test('nor does one that the stream tells before the mutation has answered: the answer brings the token, and nothing is called off', async () => {
    const { t, connection } = await open()
    const sent = t.freshet.mutation({ request: () => ({ url: '/write' }) }).mutationFn()
    const write = await t.server.asked('/write')
    connection.freshness(6, ['a'])
    const again = await t.server.asked('/a')
    write.answer(envelope('paid'), wrote(6, 'a'))
    await sent
    await quiet()
    expect([again.aborted(), t.server.count('GET /a')]).toEqual([false, 2])
    again.answer('old', read(5, 5, 'a')) // of a node that has yet to apply it
    const third = await t.server.asked('/a')
    expect(third.headers.get('Freshness-Token')).toBe('t6')
    third.answer('a2', read(6, 6, 'a'))
    await t.idle('/a')
    expect([t.data('/a'), t.reports.every(({ cause }) => cause === 'stream')]).toEqual(['a2', true])
  })

  test('nor does one that is told twice, even for an answer that says nothing of its position', async () => {
    const { t, connection } = await open()
    await t.shown('/x', 'high', 'x', {})
    connection.freshness(6, ['a'])
    ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    ;(await t.server.asked('/x')).answer('x2', {})
    await quiet()
    connection.freshness(6, ['a'])
    await quiet()
    expect([t.server.count('GET /a'), t.server.count('GET /x')]).toEqual([2, 2])
  })
})

describe('what cannot be known is read again, spread over time', () => {
  test('a reset outdates what is known valid at a lower position, and no later answer', async () => {
    const { t, connection } = await open()
    await t.shown('/b', 'high', 'b', read(9, 9, 'b'))
    connection.reset('8.E1')
    await quiet()
    expect(t.server.count('GET /a')).toBe(1) // not yet: every browser hears it at this moment
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.server.asked('/a')).answer('a2', read(9, 9, 'a'))
    await t.idle('/a')
    await vi.advanceTimersByTimeAsync(5_000)
    await quiet()
    expect([t.server.count('GET /a'), t.server.count('GET /b')]).toEqual([2, 1])
    connection.freshness(10, ['b'])
    await t.server.asked('/b')
  })

  test('by level, at random within its time, and not what was read meanwhile', async () => {
    const { t, connection } = await open()
    await t.shown('/b', 'high', 'b', read(5, 5, 'b'))
    await t.shown('/m', 'medium', 'm', read(5, 5, 'm'))
    connection.reset('8.E1')
    await quiet()
    void t.queryClient.refetchQueries({ queryKey: ['/b'] })
    ;(await t.server.asked('/b')).answer('b2', read(8, 8, 'b'))
    await t.idle('/b')
    await vi.advanceTimersByTimeAsync(499)
    expect(t.server.count('GET /a')).toBe(1)
    await vi.advanceTimersByTimeAsync(1) // a half of one second
    ;(await t.server.asked('/a')).answer('a2', read(8, 8, 'a'))
    await vi.advanceTimersByTimeAsync(999)
    expect(t.server.count('GET /m')).toBe(1)
    await vi.advanceTimersByTimeAsync(1) // a half of three
    ;(await t.server.asked('/m')).answer('m2', read(8, 8, 'm'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(['/a', '/b', '/m'].map((url) => t.server.count(`GET ${url}`))).toEqual([2, 2, 2])
  })

  test('and not once nobody follows any more', async () => {
    const { t, connection } = await open()
    connection.reset('8.E1')
    await quiet()
    t.freshet.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(t.server.count('GET /a')).toBe(1)
  })

  test('hello of another epoch: everything is read once, and the stream goes on in it', async () => {
    const { t, connection } = await open()
    connection.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await t.stream.connected()
    second.hello('2.E2')
    second.reset('2.E2', 'epoch')
    await quiet()
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.server.asked('/a')).answer('a2', of('E2', read(2, 2, 'A')))
    await t.idle('/a')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(t.server.count('GET /a')).toBe(2)
    second.freshness(3, ['A'], {}, 'E2')
    ;(await t.server.asked('/a')).answer('a3', of('E2', read(3, 3, 'A')))
    await t.idle('/a')
    expect([t.data('/a'), t.stream.log]).toEqual(['a3', ['5.E1', '5.E1']])
  })

  test('another epoch met in an answer first: the stream is taken up there, and nothing is read twice', async () => {
    const { t, connection } = await open()
    await t.mutate(envelope('paid'), of('E2', wrote(2, 'A')))
    ;(await t.server.asked('/a')).answer('a2', of('E2', read(2, 2, 'A')))
    await t.idle('/a')
    const second = await t.stream.connected()
    expect([second.after, connection.aborted()]).toEqual(['2.E2', true])
    second.hello('2.E2')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(t.server.count('GET /a')).toBe(2)
  })

  test('hello of an epoch that was left says nothing: it comes of a server that lags', async () => {
    const { t, connection } = await open()
    await t.mutate(envelope('paid'), of('E2', wrote(2, 'A')))
    ;(await t.server.asked('/a')).answer('a2', of('E2', read(2, 2, 'A')))
    await t.idle('/a')
    const second = await t.stream.connected()
    second.hello('9.E1')
    second.freshness(10, ['A'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect([t.server.count('GET /a'), connection.aborted(), t.freshet.answerOf(['/a'])?.outdated]).toEqual([2, true, false])
  })

  test('frames of an epoch that is not the known one say nothing', async () => {
    const { t, connection } = await open()
    connection.freshness(6, ['a'], {}, 'E0')
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
  })

  test.each([
    ['cut in half', 'id: 6.E1\nevent: freshness\ndata: {"position":6,"exp\n\n'],
    ['no JSON at all', 'id: 6.E1\nevent: freshness\ndata: <html>\n\n'],
    ['JSON of another shape', 'id: 6.E1\nevent: freshness\ndata: {"expire":5}\n\n'],
    ['a record of no event', 'id: 6.E1\nevent: freshness\ndata: {"expire":["a"],"events":[null]}\n\n'],
    ['a record without its events', 'id: 6.E1\nevent: freshness\ndata: {"expire":["a"],"stale":[]}\n\n'],
    ['a record without one of its lists', 'id: 6.E1\nevent: freshness\ndata: {"expire":["a"],"events":[]}\n\n'],
    ['no object', 'id: 6.E1\nevent: freshness\ndata: null\n\n'],
  ])('a frame that is %s is a problem, and reads everything', async (_, text) => {
    const { t, connection } = await open()
    connection.raw(text)
    await quiet()
    await vi.advanceTimersByTimeAsync(500)
    await t.server.asked('/a')
    expect([t.problems, connection.aborted()]).toEqual([[{ code: 'malformed-frame', detail: 'freshness' }], false])
  })
})

test('signed out in mid-stream: told, not tried again until the page is looked at, and nothing is rejected that nobody handles', async () => {
  const { t, connection } = await open()
  t.stream.refuse = { status: 401 }
  connection.end()
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect([t.stream.log.length, t.problems]).toEqual([2, [{ code: 'stream-refused', detail: 401 }]])
  t.stream.refuse = undefined
  t.freshet.start() // signed in again
  ;(await t.stream.connected()).hello('5.E1')
  await quiet()
  expect(t.data('/a')).toBe('a')
})

test.each(['visibilitychange', 'focus', 'online'])('signed out, it is tried again at %s, once somebody looks', async (event) => {
  const listeners = new EventTarget()
  const document = { hidden: false }
  vi.stubGlobal('addEventListener', listeners.addEventListener.bind(listeners))
  vi.stubGlobal('document', document)
  try {
    const { t, connection } = await open()
    t.stream.refuse = { status: 401 }
    connection.end()
    await vi.advanceTimersByTimeAsync(60_000)
    document.hidden = true
    listeners.dispatchEvent(new Event(event))
    await quiet()
    expect(t.stream.log.length).toBe(2)
    t.stream.refuse = undefined
    document.hidden = false
    listeners.dispatchEvent(new Event(event))
    await t.stream.connected()
  } finally {
    vi.unstubAllGlobals()
  }
})

describe('what is not known is ignored, and told', () => {
  test('a frame of another kind, and an event that the manifest does not have', async () => {
    const { t, connection } = await open(streaming({ manifest: { catalog: 'C1', events: ['invoice.paid'] } }))
    connection.raw('id: 6.E1\nevent: news\ndata: {}\n\n')
    connection.freshness(7, ['zzz'], { events: [{ type: 'invoice.voided' }, { type: 'invoice.paid' }] })
    await quiet()
    expect(t.problems).toEqual([{ code: 'unknown-frame', detail: 'news' }, { code: 'unknown-event', detail: 'invoice.voided' }])
    expect(t.server.count('GET /a')).toBe(1)
  })

  test('another manifest than the server\'s reads everything, once', async () => {
    const t = streaming({ manifest: { catalog: 'C1', events: [] } })
    await t.shown('/a', 'high', 'a', read(5, 5, 'a'))
    const connection = await t.stream.connected()
    connection.hello('5.E1', { catalog: 'C2' })
    await quiet()
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.server.asked('/a')).answer('a2', read(5, 5, 'a'))
    await t.idle('/a')
    connection.end()
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.stream.connected()).hello('5.E1', { catalog: 'C2' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(t.server.count('GET /a')).toBe(2)
    expect(t.problems).toEqual([{ code: 'manifest', detail: 'C2' }])
  })
})

describe('a pending mutation', () => {
  test('outdates everything, keeps no token, and its record is followed when it comes', async () => {
    const { t, connection } = await open()
    await t.shown('/b', 'high', 'b', read(5, 5, 'b'))
    await t.mutate(envelope('paid'), { 'Freshness-Pending': 'true', 'Freshness-Epoch': 'E1' })
    const again = await t.server.asked('/a')
    expect(again.headers.has('Freshness-Token')).toBe(false)
    again.answer('still old', read(5, 5, 'a'))
    ;(await t.server.asked('/b')).answer('b', read(5, 5, 'b'))
    await t.idle('/a')
    connection.freshness(6, ['a'])
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect([t.data('/a'), t.server.count('GET /b')]).toEqual(['new', 2])
  })
})

test('a token that the server rejects is dropped, and the read sent again without it', async () => {
  const { t } = await open()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await t.server.asked('/a')).answer({ code: 'invalid-token' }, {}, 400)
  const again = await t.server.asked('/a')
  expect(again.headers.has('Freshness-Token')).toBe(false)
  again.answer('a2', read(6, 6, 'a'))
  await t.idle('/a')
  expect([t.data('/a'), t.problems]).toEqual(['a2', [{ code: 'token-rejected', detail: undefined }]])
})

test('a refusal of another kind is the query\'s own error', async () => {
  const { t } = await open()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await t.server.asked('/a')).answer({ title: 'No', code: 'invalid-key' }, {}, 400)
  await t.idle('/a')
  expect(t.state('/a')?.error).toMatchObject({ status: 400 })
})

test('stopped, it hears nothing; started again, it is told what it missed', async () => {
  const { t, connection } = await open()
  t.freshet.stop()
  expect(connection.aborted()).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  t.freshet.start()
  const second = await t.stream.connected()
  expect(second.after).toBe('5.E1')
  second.hello('5.E1')
  second.freshness(6, ['a'])
  await t.server.asked('/a')
})

test('before it is started, and once it is stopped, it hears nothing, whatever happens to the page', async () => {
  const listeners = new EventTarget()
  vi.stubGlobal('addEventListener', listeners.addEventListener.bind(listeners))
  try {
    const stream = new FakeStream()
    const server = new FakeServer()
    const t = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
    await t.shown('/a', 'high', 'a', read(5, 5, 'a'))
    listeners.dispatchEvent(new Event('focus'))
    await quiet()
    expect(stream.log).toEqual([])
    t.freshet.start()
    const connection = await stream.connected()
    t.freshet.stop()
    listeners.dispatchEvent(new Event('focus'))
    await quiet()
    expect([stream.log, connection.aborted()]).toEqual([['5.E1'], true])
  } finally {
    vi.unstubAllGlobals()
  }
})

describe('what throws stops neither the stream nor what follows, and is not hidden', () => {
  let thrown: string[]
  beforeEach(() => {
    thrown = []
    vi.stubGlobal('queueMicrotask', (run: () => void) => {
      try {
        run()
      } catch (error) {
        thrown.push(String(error))
      }
    })
  })
  afterEach(() => void vi.unstubAllGlobals())

  test('a listener', async () => {
    const { t, connection } = await open()
    t.freshet.observe({ record: () => { throw new Error('a record') } })
    t.freshet.observe({ begin: () => { throw new Error('begin') }, settle: () => { throw new Error('settle') } })
    connection.freshness(6, ['a'])
    ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    await t.idle('/a')
    await quiet()
    expect([t.data('/a'), connection.aborted(), thrown]).toEqual(['a2', false, ['Error: a record', 'Error: begin', 'Error: settle']])
  })

  test('who is told of problems', async () => {
    const { t, connection } = await open(streaming({ onProblem: ({ code }: { code: string }) => { throw new Error(code) } }))
    connection.raw('id: 6.E1\nevent: freshness\ndata: {\n\n')
    await quiet()
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    connection.fail()
    await quiet()
    await vi.advanceTimersByTimeAsync(500)
    ;(await t.stream.connected()).hello('6.E1')
    await quiet()
    expect([t.data('/a'), thrown]).toEqual(['a2', ['Error: malformed-frame', 'Error: stream-lost']])
  })
})

test('how it hears is told', async () => {
  const t = streaming()
  const seen: string[] = []
  t.freshet.observe({ stream: ({ link }) => void seen.push(link) })
  const { connection } = await open(t)
  const count = seen.length
  connection.beat('6.E1')
  connection.freshness(7, ['b'])
  await quiet()
  expect(seen.length).toBe(count) // only when it changes
  connection.end()
  await quiet()
  t.freshet.close()
  expect(seen.filter((link, index) => link !== seen[index - 1])).toEqual(['connecting', 'open', 'connecting', 'off'])
})
